package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;
import static org.o365relay.queue.jdbc.QueueFixture.CARL;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Change;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.queue.Settlement;

/// Content that is kept after its message is settled.
@Timeout(60)
class KeptContentTest {

    private static final byte[] LARGE = QueueFixture.content(3, 2 * Incoming.CHUNK_SIZE + 17);
    private static final KeepContent KEEP = new KeepContent(Duration.ofDays(7), Duration.ofDays(1), 1 << 20);

    private Path scratch;
    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        scratch = directory;
        fixture = new QueueFixture(directory.resolve("queue"), KEEP);
    }

    @AfterEach
    void close() {
        assertThat(fixture.inconsistencies()).isEmpty();
        fixture.close();
    }

    @Test
    void keepsFailedMailUnchangedUntilItsTimeEndsEvenAfterARestart() throws IOException {
        QueueId failed = accept(LARGE);
        settle(QueueFixture::failed);
        fixture.clock.advance(Duration.ofDays(7).minusMinutes(1));
        fixture.deleteKeptContent();
        fixture.close();
        try (InputStream content = fixture.queue().reader().content(show(failed))) {
            assertThat(content.readAllBytes()).isEqualTo(LARGE);
        }

        fixture.clock.advance(Duration.ofMinutes(1));
        fixture.deleteKeptContent();

        assertThat(show(failed).hasContent()).isFalse();
        assertThat(chunks()).isZero();
    }

    @Test
    void keepsDeliveredMailForItsOwnTime() {
        QueueId delivered = accept(LARGE);
        settle(QueueFixture::delivered);
        QueueId failed = accept(LARGE);
        settle(QueueFixture::failed);
        assertThat(show(delivered).hasContent()).isTrue();
        assertThat(show(delivered).contentUntil())
                .isEqualTo(fixture.clock.instant().plus(KEEP.delivered()));
        assertThat(show(failed).contentUntil())
                .isEqualTo(fixture.clock.instant().plus(KEEP.failed()));
        assertThat(fixture.queue().reader().count(MessageFilter.ALL.withKeptContent()))
                .isEqualTo(2);

        fixture.clock.advance(Duration.ofDays(1));
        fixture.deleteKeptContent();

        assertThat(show(delivered).hasContent()).isFalse();
        assertThat(show(delivered).contentUntil()).isNull();
        assertThat(show(failed).hasContent()).isTrue();
        assertThat(fixture.queue()
                        .reader()
                        .find(MessageFilter.ALL.withKeptContent(), Page.Order.OLDEST_FIRST, null, 10)
                        .entries())
                .extracting(MessageEntry::id)
                .containsExactly(failed);
        assertThat(fixture.queue()
                        .reader()
                        .find(MessageFilter.ALL.withoutKeptContent(), Page.Order.OLDEST_FIRST, null, 10)
                        .entries())
                .extracting(MessageEntry::id)
                .containsExactly(delivered);
    }

    @Test
    void mailThatFailedForOneRecipientIsKeptAsFailed() {
        fixture.accept(LARGE, ANNA, BERT);
        Claim claim = fixture.claimOne();
        Map<Recipient, Outcome> outcomes = QueueFixture.outcomes(
                claim, to -> to.ordinal() == 0 ? new Failed(QueueFixture.NEVER) : new Delivered(QueueFixture.OK));
        fixture.queue()
                .claims()
                .settle(
                        claim,
                        new Settlement(outcomes, null, true, "smtp.example:587", QueueFixture.MAILBOX),
                        List.of(),
                        List.of());
        fixture.clock.advance(Duration.ofDays(6));
        fixture.deleteKeptContent();
        assertThat(show(claim.id()).hasContent()).isTrue();
    }

    @Test
    void doesNotKeepMailThatAnOperatorDeleted() {
        QueueId id = accept(LARGE);
        fixture.queue().admin().apply(new Change.Delete(), MessageFilter.of(List.of(id)), "root");
        assertThat(chunks()).isZero();
    }

    @Test
    void deletesTheContentThatEndsFirstIfThereIsTooMuch() {
        List<QueueId> ids = Stream.generate(() -> {
                    QueueId id = accept(QueueFixture.content(1, 300_000));
                    settle(QueueFixture::failed);
                    fixture.clock.advance(Duration.ofMinutes(1));
                    return id;
                })
                .limit(5)
                .toList();

        fixture.deleteKeptContent();

        assertThat(ids)
                .extracting(id -> show(id).hasContent())
                .as("3 of 300,000 octets fit in 1 MiB")
                .containsExactly(false, false, true, true, true);
    }

    @Test
    void partsOfASplitMessageKeepTheContentAsLongAsOneOfThemNeedsIt() throws IOException {
        List<QueueId> ids = fixture.receive(LARGE)
                .commit(
                        fixture.arrival(),
                        Stream.of(ANNA, BERT, CARL)
                                .map(to -> new RoutedEnvelope(
                                        QueueFixture.MAILBOX, Priority.NORMAL, QueueFixture.envelope(to)))
                                .toList(),
                        SearchableHeaders.NONE,
                        QueueFixture.last(LARGE))
                .join();
        List<Claim> claims = fixture.claim(3);
        settle(claims.get(0), QueueFixture.delivered(claims.get(0)));
        settle(claims.get(1), QueueFixture.failed(claims.get(1)));
        fixture.clock.advance(Duration.ofDays(1));
        fixture.deleteKeptContent();
        settle(claims.get(2), QueueFixture.delivered(claims.get(2)));
        fixture.clock.advance(Duration.ofDays(1));
        fixture.deleteKeptContent();

        try (InputStream content = fixture.queue().reader().content(show(ids.get(1)))) {
            assertThat(content.readAllBytes()).isEqualTo(LARGE);
        }
        fixture.clock.advance(Duration.ofDays(5));
        fixture.deleteKeptContent();
        assertThat(chunks()).isZero();
    }

    @Test
    void contentIsDeletedWithItsHistory() {
        accept(LARGE);
        settle(QueueFixture::failed);
        fixture.deleteHistoryBefore(fixture.clock.instant().plusSeconds(1));
        assertThat(chunks()).isZero();
    }

    @Test
    void aCrashLeavesTheKeptContent() throws IOException {
        QueueId id = accept(LARGE);
        settle(QueueFixture::failed);
        Path crashed = Files.createDirectories(scratch.resolve("crashed"));
        for (String file : List.of("queue.db", "queue.db-wal")) {
            Files.copy(fixture.directory.resolve(file), crashed.resolve(file));
        }
        try (QueueFixture after = new QueueFixture(crashed, KEEP)) {
            MessageDetail message = after.queue().reader().show(id).orElseThrow();
            try (InputStream content = after.queue().reader().content(message)) {
                assertThat(content.readAllBytes()).isEqualTo(LARGE);
            }
            assertThat(after.inconsistencies()).isEmpty();
        }
    }

    private QueueId accept(byte[] content) {
        return fixture.accept(content, ANNA);
    }

    private void settle(Function<Claim, Settlement> result) {
        Claim claim = fixture.claimOne();
        settle(claim, result.apply(claim));
    }

    private void settle(Claim claim, Settlement settlement) {
        fixture.queue().claims().settle(claim, settlement, List.of(), List.of());
    }

    private MessageDetail show(QueueId id) {
        return fixture.queue().reader().show(id).orElseThrow();
    }

    private long chunks() {
        return fixture.number("SELECT count(*) FROM chunk");
    }
}
