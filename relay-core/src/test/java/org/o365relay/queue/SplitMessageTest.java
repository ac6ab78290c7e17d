package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.QueueFixture.ANNA;
import static org.o365relay.queue.QueueFixture.BERT;
import static org.o365relay.queue.QueueFixture.CARL;

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

/// A message that is divided: its parts share one content.
@Timeout(60)
class SplitMessageTest {

    private static final byte[] LARGE = QueueFixture.content(3, 3 * Incoming.CHUNK_SIZE + 17);
    private static final ClaimScope ALL = new ClaimScope("anna", List.of("anna", "bert", "carl"));

    private QueueFixture house;

    @BeforeEach
    void open(@TempDir Path directory) {
        house = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void eachPartHasItsOwnNameAndEnvelopeAndAllOfTheContent() {
        List<QueueId> ids = commit();

        List<Claim> claims = house.queue().claim(ALL, 10);

        assertThat(ids).hasSize(3).doesNotHaveDuplicates().isSorted();
        assertThat(claims).extracting(Claim::id).containsExactlyInAnyOrderElementsOf(ids);
        assertThat(claims).allMatch(claim -> claim.content().equals(ids.getFirst()));
        assertThat(claims)
                .extracting(claim -> claim.route() + " " + claim.priority() + " " + claim.recipients())
                .containsExactlyInAnyOrder(
                        "anna NORMAL [anna@contoso.example]",
                        "bert URGENT [bert@contoso.example]",
                        "carl NORMAL [carl@contoso.example]");
        assertThat(claims).allSatisfy(claim -> assertThat(house.read(claim)).isEqualTo(LARGE));
        assertThat(house.number("SELECT count(*) FROM chunk")).isEqualTo(4);
        assertThat(house.inconsistencies()).isEmpty();
    }

    @Test
    void theContentGoesWithTheLastPartWhicheverItIs() {
        List<QueueId> ids = commit();
        for (String route : List.of("anna", "carl", "bert")) {
            assertThat(house.inconsistencies()).isEmpty();
            Claim claim = claimOne(route);
            assertThat(house.read(claim)).isEqualTo(LARGE);
            house.queue().settle(claim, QueueFixture.delivered(claim), List.of());
        }
        assertThat(house.number("SELECT count(*) FROM chunk")).isZero();
        assertThat(house.inconsistencies()).isEmpty();
        assertThat(ids).allSatisfy(id -> assertThat(house.queue().events(id)).hasSize(1));
    }

    @Test
    void aPartIsWholeAlthoughTheFirstHasBeenForgotten() {
        commit();
        Claim first = claimOne("anna");
        house.queue().settle(first, QueueFixture.failed(first), List.of(house.notice("could not")));
        house.clock.advance(Duration.ofDays(40));
        house.queue().deleteHistoryBefore(house.clock.instant());
        assertThat(house.number(
                        "SELECT count(*) FROM message WHERE id = " + first.id().value()))
                .isZero();

        for (String route : List.of("bert", "carl")) {
            Claim claim = claimOne(route);
            assertThat(house.read(claim)).isEqualTo(LARGE);
            house.queue().settle(claim, QueueFixture.delivered(claim), List.of());
        }
        assertThat(house.number("SELECT count(*) FROM chunk"))
                .as("the notice's")
                .isEqualTo(1);
        assertThat(house.inconsistencies()).isEmpty();
    }

    @Test
    void aDamagedPartKeepsTheContent() {
        List<QueueId> ids = commit();
        house.execute("UPDATE recipient SET address = '' WHERE message_id = "
                + ids.get(1).value());
        for (Claim claim : house.queue().claim(ALL, 10)) {
            house.queue().settle(claim, QueueFixture.delivered(claim), List.of());
        }
        assertThat(house.number("SELECT count(*) FROM chunk")).isEqualTo(4);
        assertThat(house.number("SELECT count(*) FROM message WHERE settled_at IS NULL"))
                .isEqualTo(1);
    }

    @Test
    void allPartsComeOrNone() {
        house.queue();
        house.execute("CREATE TRIGGER broken BEFORE INSERT ON recipient WHEN new.address = 'carl@contoso.example'"
                + " BEGIN SELECT raise(ABORT, 'no room'); END");

        assertThatThrownBy(this::commit).hasMessageContaining("no room");

        assertThat(house.number("SELECT count(*) FROM message")).isZero();
        house.close();
        assertThat(house.queue().mailboxes()).isEmpty();
        assertThat(house.inconsistencies())
                .as("what was half received is swept")
                .isEmpty();
        assertThat(house.number("SELECT count(*) FROM chunk")).isZero();
    }

    private List<QueueId> commit() {
        return house.receive(LARGE)
                .commit(
                        house.arrival(),
                        List.of(
                                part("anna", Priority.NORMAL, ANNA),
                                part("bert", Priority.URGENT, BERT),
                                part("carl", Priority.NORMAL, CARL)),
                        QueueFixture.last(LARGE))
                .join();
    }

    private Claim claimOne(String route) {
        List<Claim> claims = house.queue().claim(new ClaimScope(route, List.of(route)), 10);
        assertThat(claims).hasSize(1);
        return claims.getFirst();
    }

    private static RoutedEnvelope part(String route, Priority priority, EmailAddress to) {
        return new RoutedEnvelope(route, priority, QueueFixture.envelope(to));
    }
}
