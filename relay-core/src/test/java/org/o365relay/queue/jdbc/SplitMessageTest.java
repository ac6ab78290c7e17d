package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;
import static org.o365relay.queue.jdbc.QueueFixture.CARL;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.Incoming;

/// A message split into parts that share one content.
@Timeout(60)
class SplitMessageTest {

    private static final byte[] LARGE = QueueFixture.content(3, 3 * Incoming.CHUNK_SIZE + 17);
    private static final ClaimScope ALL = new ClaimScope("anna", List.of("anna", "bert", "carl"));

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void eachPartHasItsOwnIdAndEnvelopeAndTheWholeContent() {
        List<QueueId> ids = commit();

        List<Claim> claims = fixture.queue().claims().claim(ALL, 10);

        assertThat(ids).hasSize(3).doesNotHaveDuplicates().isSorted();
        assertThat(claims).extracting(Claim::id).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(claims).allMatch(claim -> claim.content().equals(ids.getFirst()));
        assertThat(claims)
                .extracting(claim -> claim.route() + " " + claim.priority() + " " + claim.recipients())
                .containsExactlyInAnyOrder(
                        "anna NORMAL [anna@contoso.example]",
                        "bert URGENT [bert@contoso.example]",
                        "carl NORMAL [carl@contoso.example]");
        assertThat(claims).allSatisfy(claim -> assertThat(fixture.read(claim)).isEqualTo(LARGE));
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isEqualTo(4);
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void deletesTheContentWithTheLastOpenPart() {
        List<QueueId> ids = commit();
        for (String route : List.of("anna", "carl", "bert")) {
            assertThat(fixture.inconsistencies()).isEmpty();
            Claim claim = claimOne(route);
            assertThat(fixture.read(claim)).isEqualTo(LARGE);
            fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
        }
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isZero();
        assertThat(fixture.inconsistencies()).isEmpty();
        assertThat(ids)
                .allSatisfy(
                        id -> assertThat(fixture.queue().notices().history(id)).hasSize(1));
    }

    @Test
    void aPartIsCompleteAfterTheFirstIsDeletedFromHistory() {
        commit();
        Claim first = claimOne("anna");
        fixture.queue()
                .claims()
                .settle(first, QueueFixture.failed(first), List.of(fixture.notice("could not")), List.of());
        fixture.clock.advance(Duration.ofDays(40));
        fixture.deleteHistoryBefore(fixture.clock.instant());
        assertThat(fixture.number(
                        "SELECT count(*) FROM message WHERE id = " + first.id().value()))
                .isZero();

        for (String route : List.of("bert", "carl")) {
            Claim claim = claimOne(route);
            assertThat(fixture.read(claim)).isEqualTo(LARGE);
            fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
        }
        assertThat(fixture.number("SELECT count(*) FROM chunk"))
                .as("chunks of the notice")
                .isEqualTo(1);
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void aDamagedPartKeepsTheContent() {
        List<QueueId> ids = commit();
        fixture.execute("UPDATE recipient SET address = '' WHERE message_id = "
                + ids.get(1).value());
        for (Claim claim : fixture.queue().claims().claim(ALL, 10)) {
            fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
        }
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isEqualTo(4);
        assertThat(fixture.number("SELECT count(*) FROM message WHERE settled_at IS NULL"))
                .isEqualTo(1);
    }

    @Test
    void commitsAllPartsOrNone() {
        fixture.queue();
        fixture.execute("CREATE TRIGGER broken BEFORE INSERT ON recipient WHEN new.address = 'carl@contoso.example'"
                + " BEGIN SELECT raise(ABORT, 'no room'); END");

        assertThatThrownBy(this::commit).hasMessageContaining("no room");

        assertThat(fixture.number("SELECT count(*) FROM message")).isZero();
        fixture.execute("DROP TRIGGER broken");
        fixture.close();
        assertThat(fixture.queue().routes().names()).isEmpty();
        assertThat(fixture.inconsistencies())
                .as("partly received messages are deleted")
                .isEmpty();
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isZero();
    }

    private List<QueueId> commit() {
        return fixture.receive(LARGE)
                .commit(
                        fixture.arrival(),
                        List.of(
                                part("anna", Priority.NORMAL, ANNA),
                                part("bert", Priority.URGENT, BERT),
                                part("carl", Priority.NORMAL, CARL)),
                        SearchableHeaders.NONE,
                        QueueFixture.last(LARGE))
                .join();
    }

    private Claim claimOne(String route) {
        List<Claim> claims = fixture.queue().claims().claim(new ClaimScope(route, List.of(route)), 10);
        assertThat(claims).hasSize(1);
        return claims.getFirst();
    }

    private static RoutedEnvelope part(String route, Priority priority, EmailAddress to) {
        return new RoutedEnvelope(route, priority, QueueFixture.envelope(to));
    }
}
