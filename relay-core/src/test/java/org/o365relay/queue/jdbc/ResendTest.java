package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;
import static org.o365relay.queue.jdbc.QueueFixture.CARL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.queue.Settlement;

/// Sending settled messages again.
@Timeout(60)
class ResendTest {

    private static final byte[] LARGE = QueueFixture.content(3, 2 * Incoming.CHUNK_SIZE + 17);
    private static final KeepContent KEEP = new KeepContent(Duration.ofDays(7), Duration.ofDays(1), 1 << 20);
    private static final String ID = "<scan@mfp>";

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
    void queuesFailedMailAsANewMessageWithTheSameContentAndMessageId() {
        QueueId original = accept(ANNA, BERT);
        settle(QueueFixture::failed);
        fixture.clock.advance(Duration.ofDays(3));

        assertThat(resend(original, null, null)).isEqualTo(new ChangeResult(1, 0, ""));

        Claim claim = fixture.claimOne();
        assertThat(claim.id()).isGreaterThan(original);
        assertThat(claim.envelope()).isEqualTo(QueueFixture.envelope(ANNA, BERT));
        assertThat(claim.arrival()).as("received now, from the device").isEqualTo(fixture.arrival());
        assertThat(claim.attempts()).isEqualTo(1);
        assertThat(claim.newMessageId()).as("no recipient has it").isNull();
        assertThat(fixture.read(claim)).isEqualTo(LARGE);
        assertThat(history(original)).last().satisfies(event -> {
            assertThat(event.kind()).isEqualTo("resent");
            assertThat(event.detail()).isEqualTo("as " + claim.id() + ", by olga");
        });
        assertThat(history(claim.id()))
                .extracting(HistoryEntry::detail)
                .containsExactly("from " + original + ", by olga");
    }

    @Test
    void sendsOnlyToTheRecipientsThatFailed() {
        QueueId original = accept(ANNA, BERT);
        settle(claim -> new Settlement(
                QueueFixture.outcomes(
                        claim,
                        to -> to.ordinal() == 0 ? new Delivered(QueueFixture.OK) : new Failed(QueueFixture.NEVER)),
                null,
                true,
                "smtp.example:587",
                QueueFixture.MAILBOX));
        resend(original, null, null);
        Claim claim = fixture.claimOne();
        assertThat(claim.envelope()).isEqualTo(QueueFixture.envelope(BERT));
        assertThat(claim.newMessageId()).as("Anna has it").isEqualTo(derived(claim));
    }

    @Test
    void aDeliveredMessageGetsANewMessageIdBecauseExchangeWouldDropIt() {
        QueueId original = accept(ANNA);
        settle(QueueFixture::delivered);
        resend(original, null, null);
        Claim first = fixture.claimOne();
        resend(original, null, null);
        Claim second = fixture.claimOne();
        assertThat(first.newMessageId()).isEqualTo(derived(first));
        assertThat(second.newMessageId()).isEqualTo(derived(second)).isNotEqualTo(first.newMessageId());
    }

    @Test
    void aMessageThatWasResentBeforeGetsANewMessageId() {
        QueueId original = accept(ANNA);
        settle(QueueFixture::failed);
        resend(original, null, null);
        assertThat(fixture.claimOne().newMessageId()).isNull();
        resend(original, null, null);
        Claim second = fixture.claimOne();
        assertThat(second.newMessageId()).isEqualTo(derived(second));
    }

    @Test
    void sendsToAnotherRecipientThroughAnotherMailbox() {
        QueueId original = accept(ANNA, BERT);
        settle(QueueFixture::failed);
        resend(original, CARL, "second");
        Claim claim = fixture.queue()
                .claims()
                .claim(new ClaimScope("second", List.of("second")), 1)
                .getFirst();
        assertThat(claim.envelope()).isEqualTo(QueueFixture.envelope(CARL));
        assertThat(history(original))
                .last()
                .extracting(HistoryEntry::detail)
                .asString()
                .contains(" to " + CARL);
    }

    @Test
    void skipsOpenMailAndMailWhoseContentIsGone() {
        QueueId gone = accept(ANNA);
        settle(QueueFixture::failed);
        fixture.clock.advance(Duration.ofDays(7));
        fixture.deleteKeptContent();
        QueueId open = accept(ANNA);
        assertThat(apply(new Change.Resend(null, null), MessageFilter.of(List.of(gone, open))))
                .isEqualTo(new ChangeResult(0, 0, ""));
        assertThat(fixture.claim(5)).extracting(Claim::id).containsExactly(open);
    }

    @Test
    void resendsWhatTheFilterSelectsOnce() {
        for (int i = 0; i < 3; i++) {
            accept(ANNA);
        }
        fixture.claim(3).forEach(claim -> settle(claim, QueueFixture.failed(claim)));
        accept(BERT);
        settle(QueueFixture::delivered);
        assertThat(apply(new Change.Resend(null, null), MessageFilter.ALL.in(Set.of(MessageState.FAILED))))
                .isEqualTo(new ChangeResult(3, 0, ""));
        assertThat(fixture.claim(10))
                .hasSize(3)
                .allMatch(claim -> claim.envelope().equals(QueueFixture.envelope(ANNA)));
    }

    @Test
    void theContentStaysUntilTheResentMessageIsSettledAndItsTimeEnds() {
        QueueId original = accept(ANNA);
        settle(QueueFixture::failed);
        resend(original, null, null);
        fixture.clock.advance(Duration.ofDays(40));
        fixture.deleteKeptContent();
        fixture.deleteHistoryBefore(fixture.clock.instant());
        assertThat(fixture.queue().reader().show(original)).isEmpty();

        Claim claim = fixture.claimOne();
        assertThat(fixture.read(claim)).isEqualTo(LARGE);
        settle(claim, QueueFixture.delivered(claim));
        assertThat(fixture.inconsistencies()).isEmpty();
        fixture.clock.advance(Duration.ofDays(1));
        fixture.deleteKeptContent();
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isZero();
    }

    @Test
    void aCrashLeavesTheResentMessage() throws IOException {
        QueueId original = accept(ANNA);
        settle(QueueFixture::failed);
        resend(original, null, null);
        Path crashed = Files.createDirectories(scratch.resolve("crashed"));
        for (String file : List.of("queue.db", "queue.db-wal")) {
            Files.copy(fixture.directory.resolve(file), crashed.resolve(file));
        }
        try (QueueFixture after = new QueueFixture(crashed, KEEP)) {
            Claim claim = after.claimOne();
            assertThat(after.read(claim)).isEqualTo(LARGE);
            assertThat(after.inconsistencies()).isEmpty();
        }
    }

    private static String derived(Claim claim) {
        return SearchableHeaders.derivedMessageId(ID, claim.id().value());
    }

    private QueueId accept(EmailAddress... to) {
        return fixture.receive(LARGE)
                .commit(
                        fixture.arrival(),
                        QueueFixture.routed(QueueFixture.envelope(to)),
                        new SearchableHeaders("Scan", ID, 7L),
                        QueueFixture.last(LARGE))
                .join()
                .getFirst();
    }

    private ChangeResult resend(QueueId id, @Nullable EmailAddress to, @Nullable String mailbox) {
        return apply(new Change.Resend(to, mailbox), MessageFilter.of(List.of(id)));
    }

    private ChangeResult apply(Change change, MessageFilter selection) {
        return fixture.queue().admin().apply(change, selection, "olga");
    }

    private List<HistoryEntry> history(QueueId id) {
        return fixture.queue().notices().history(id);
    }

    private void settle(Function<Claim, Settlement> result) {
        Claim claim = fixture.claimOne();
        settle(claim, result.apply(claim));
    }

    private void settle(Claim claim, Settlement settlement) {
        fixture.queue().claims().settle(claim, settlement, List.of(), List.of());
    }
}
