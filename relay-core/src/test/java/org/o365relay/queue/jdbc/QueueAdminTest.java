package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;
import static org.o365relay.queue.jdbc.QueueFixture.CARL;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Change;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Settlement;

@Timeout(60)
class QueueAdminTest {

    private static final String EVA = "Eva (uid 1000)";

    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        assertThat(fixture.inconsistencies()).isEmpty();
        fixture.close();
    }

    @Test
    void retriedMessagesAreDueNowOldestFirst() {
        QueueId first = defer(fixture.accept("first", ANNA));
        QueueId second = defer(fixture.accept("second", ANNA));
        QueueId fresh = fixture.accept("fresh", ANNA);
        fixture.clock.advance(Duration.ofMinutes(1));

        ChangeResult effect = apply(new Change.Retry(), MessageFilter.ALL);

        assertThat(effect).isEqualTo(new ChangeResult(3, 0, ""));
        assertThat(fixture.claim(10)).extracting(Claim::id).containsExactly(fresh, first, second);
        assertThat(lastEvent(second)).isEqualTo("retried by " + EVA);
    }

    @Test
    void aRetryWakesWaitingThreads() throws InterruptedException {
        defer(fixture.accept("first", ANNA));
        fixture.queue().claims().awaitDue(QueueFixture.SCOPE, Duration.ZERO);

        apply(new Change.Retry(), MessageFilter.ALL);

        long before = System.nanoTime();
        fixture.queue().claims().awaitDue(QueueFixture.SCOPE, Duration.ofSeconds(30));
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void aRetryLeavesMessagesOnHold() {
        QueueId id = fixture.accept("held", ANNA);
        apply(new Change.Hold(), MessageFilter.ALL);

        assertThat(apply(new Change.Retry(), MessageFilter.ALL)).isEqualTo(new ChangeResult(0, 0, ""));
        assertThat(fixture.claim(1)).isEmpty();
        assertThat(lastEvent(id)).startsWith("held");
    }

    @Test
    void deletingSettlesTheMessageAndDeletesItsContent() {
        QueueId id = fixture.accept("unwanted", ANNA, BERT);
        QueueId other = fixture.accept("wanted", ANNA);

        assertThat(apply(new Change.Delete(), MessageFilter.of(List.of(id)))).isEqualTo(new ChangeResult(1, 0, ""));

        MessageDetail gone = show(id);
        assertThat(gone.entry().state()).isEqualTo(MessageState.DELETED);
        assertThat(gone.entry().settledAt()).isEqualTo(fixture.clock.instant());
        assertThat(gone.hasContent()).isFalse();
        assertThat(gone.recipients()).extracting(RecipientEntry::state).containsOnly("deleted");
        assertThat(lastEvent(id)).isEqualTo("deleted by " + EVA);
        assertThat(fixture.claim(10)).extracting(Claim::id).containsExactly(other);
    }

    @Test
    void deletingKeepsDeliveredRecipients() {
        QueueId id = fixture.accept("half", ANNA, BERT);
        Claim claim = fixture.claimOne();
        fixture.queue().claims().settle(claim, halfDelivered(claim), List.of(), List.of());

        apply(new Change.Delete(), MessageFilter.ALL);

        assertThat(show(id).recipients()).extracting(RecipientEntry::state).containsExactly("delivered", "deleted");
    }

    @Test
    void keepsTheContentUntilTheLastPartIsDeleted() {
        List<QueueId> parts = commitParts();
        apply(new Change.Delete(), MessageFilter.of(List.of(parts.getFirst())));
        assertThat(show(parts.getFirst()).entry().state()).isEqualTo(MessageState.DELETED);
        assertThat(show(parts.getLast()).hasContent()).isTrue();

        apply(new Change.Delete(), MessageFilter.of(List.of(parts.getLast())));
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isZero();
    }

    @Test
    void redirectsMessagesIncludingThoseOnHold() {
        QueueId id = fixture.accept("first", ANNA);
        QueueId held = fixture.accept("held", ANNA);
        apply(new Change.Hold(), MessageFilter.of(List.of(held)));

        assertThat(apply(new Change.Redirect("other@contoso.example"), MessageFilter.ALL))
                .isEqualTo(new ChangeResult(2, 0, ""));

        assertThat(fixture.claim(10)).isEmpty();
        assertThat(claimFor("other@contoso.example")).extracting(Claim::id).containsExactly(id);
        assertThat(lastEvent(id))
                .isEqualTo("redirected from relay@contoso.example to other@contoso.example, by " + EVA);
        assertThat(show(held).entry().state()).isEqualTo(MessageState.HELD);
        apply(new Change.Release(), MessageFilter.ALL);
        assertThat(claimFor("other@contoso.example")).extracting(Claim::id).containsExactly(held);
        assertThat(apply(new Change.Redirect("other@contoso.example"), MessageFilter.ALL)
                        .changed())
                .as("existing messages")
                .isZero();
    }

    @Test
    void theNameOfAPoolKeepsItsCase() {
        QueueId id = fixture.accept("first", ANNA);

        apply(new Change.Redirect("Everybody"), MessageFilter.ALL);

        assertThat(claimFor("Everybody")).extracting(Claim::id).containsExactly(id);
    }

    @Test
    void deliversAReaddressedMessageToTheNewAddress() {
        QueueId id = fixture.accept("first", ANNA, BERT);
        QueueId other = fixture.accept("second", BERT);

        ChangeResult effect = apply(new Change.Readdress(ANNA, CARL), MessageFilter.ALL);

        assertThat(effect).isEqualTo(new ChangeResult(1, 0, ""));
        assertThat(lastEvent(id)).isEqualTo("redirected from anna@contoso.example to carl@contoso.example, by " + EVA);
        assertThat(fixture.queue().notices().history(id).getLast().recipient()).isZero();
        assertThat(fixture.claim(10))
                .extracting(claim -> claim.recipients().toString())
                .containsExactly("[carl@contoso.example, bert@contoso.example]", "[bert@contoso.example]");
        assertThat(fixture.queue().notices().history(other)).isEmpty();
    }

    @Test
    void theSenderGetsNoNoticeAboutAReaddressedRecipientThatTheRulesAdded() {
        fixture.acceptAdding(BERT, ANNA);

        apply(new Change.Readdress(BERT, CARL), MessageFilter.ALL);

        Envelope envelope = fixture.claimOne().envelope();
        assertThat(envelope.recipients()).containsExactly(ANNA, CARL);
        assertThat(envelope.wantsNotice(CARL, NotifyCondition.FAILURE)).isFalse();
        assertThat(envelope.wantsNotice(ANNA, NotifyCondition.FAILURE)).isTrue();
    }

    @Test
    void sendsNoDuplicateOfAReaddressedMessage() {
        QueueId id = fixture.accept("first", ANNA, BERT);

        apply(new Change.Readdress(ANNA, BERT), MessageFilter.ALL);

        assertThat(fixture.claimOne().recipients()).containsExactly(new Recipient(1, BERT));
        assertThat(show(id).recipients()).extracting(RecipientEntry::state).containsExactly("redirected", "queued");
    }

    @Test
    void settlesAMessageReaddressedToADeliveredRecipient() {
        QueueId id = fixture.accept("first", ANNA, BERT);
        Claim claim = fixture.claimOne();
        fixture.queue().claims().settle(claim, halfDelivered(claim), List.of(), List.of()); // Anna has it

        apply(new Change.Readdress(BERT, ANNA), MessageFilter.ALL);

        assertThat(show(id).entry().settledAt()).isNotNull();
        assertThat(show(id).recipients()).extracting(RecipientEntry::state).containsExactly("delivered", "redirected");
        assertThat(show(id).entry().state()).isEqualTo(MessageState.DELIVERED);
    }

    @Test
    void aNonAsciiAddressMakesTheMessageRequireSmtpUtf8() {
        fixture.accept("first", ANNA);
        EmailAddress dane = EmailAddress.parse("søren@contoso.example").orElseThrow();

        apply(new Change.Readdress(ANNA, dane), MessageFilter.ALL);

        assertThat(fixture.claimOne().envelope().smtpUtf8()).isTrue();
    }

    @Test
    void skipsMessagesBeingDelivered() {
        QueueId delivering = fixture.accept("delivering", ANNA);
        fixture.claimOne();
        QueueId waiting = fixture.accept("waiting", ANNA);

        assertThat(apply(new Change.Hold(), MessageFilter.ALL)).isEqualTo(new ChangeResult(1, 1, ""));
        assertThat(apply(new Change.Delete(), MessageFilter.of(List.of(delivering))))
                .isEqualTo(new ChangeResult(0, 1, ""));

        assertThat(show(delivering).entry().state()).isEqualTo(MessageState.DELIVERING);
        assertThat(show(waiting).entry().state()).isEqualTo(MessageState.HELD);
        assertThat(fixture.queue().notices().history(delivering)).isEmpty();
    }

    @Test
    void ignoresSettledAndUnknownMessages() {
        QueueId settled = fixture.accept("settled", ANNA);
        Claim claim = fixture.claimOne();
        fixture.queue().claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
        QueueId unknown = new QueueId(4711);

        assertThat(apply(new Change.Delete(), MessageFilter.of(List.of(settled, unknown))))
                .isEqualTo(new ChangeResult(0, 0, ""));
        assertThat(show(settled).entry().state()).isEqualTo(MessageState.DELIVERED);
        assertThat(fixture.queue().reader().show(unknown)).isEmpty();
    }

    @Test
    void excludesMessagesReceivedLater() {
        QueueId known = fixture.accept("known", ANNA);
        QueueId later = fixture.accept("later", ANNA);

        apply(new Change.Hold(), MessageFilter.ALL.upTo(known));

        assertThat(show(known).entry().state()).isEqualTo(MessageState.HELD);
        assertThat(show(later).entry().state()).isEqualTo(MessageState.QUEUED);
    }

    @Test
    void changesThousandsOfMessagesInBatches() {
        fill(2_000);

        assertThat(apply(new Change.Hold(), MessageFilter.ALL)).isEqualTo(new ChangeResult(2_000, 0, ""));
        assertThat(fixture.number("SELECT count(*) FROM event WHERE kind = 'held'"))
                .isEqualTo(2_000);
        assertThat(apply(new Change.Release(), MessageFilter.ALL.in(Set.of(MessageState.HELD))))
                .isEqualTo(new ChangeResult(2_000, 0, ""));
        assertThat(apply(new Change.Delete(), MessageFilter.ALL)).isEqualTo(new ChangeResult(2_000, 0, ""));
        assertThat(fixture.number("SELECT count(*) FROM chunk")).isZero();
    }

    @Test
    void reportsProgressIfTheDiskFails() {
        List<QueueId> ids = fill(2_000);
        long late = ids.get(1_100).value();
        fixture.execute("CREATE TRIGGER broken BEFORE UPDATE ON message WHEN old.id >= " + late
                + " BEGIN SELECT raise(ABORT, 'no room'); END");

        ChangeResult effect = apply(new Change.Hold(), MessageFilter.ALL);

        assertThat(effect.isComplete()).isFalse();
        assertThat(effect.changed()).isEqualTo(1_000);
        assertThat(effect.stopped())
                .contains(
                        "the queue cannot be written",
                        "no room",
                        "1,000 of 2,000 messages were changed",
                        "run the command again");
        assertThat(fixture.number("SELECT count(*) FROM message WHERE held_at IS NOT NULL"))
                .isEqualTo(1_000);
        assertThat(fixture.number("SELECT count(*) FROM event")).isEqualTo(1_000);
        fixture.execute("DROP TRIGGER broken");
        assertThat(apply(new Change.Hold(), MessageFilter.ALL))
                .as("the remaining messages")
                .isEqualTo(new ChangeResult(1_000, 0, ""));
    }

    @Test
    void bouncesMessagesIncludingThoseOnHold() {
        QueueId waiting = fixture.accept("waiting", ANNA);
        QueueId held = fixture.accept("held", ANNA);
        apply(new Change.Hold(), MessageFilter.of(List.of(held)));
        List<String> seen = new ArrayList<>();

        ChangeResult effect = fixture.queue().admin().bounceEach(MessageFilter.ALL, EVA, claim -> {
            seen.add(fixture.text(claim));
            fixture.queue()
                    .claims()
                    .settle(claim, QueueFixture.failed(claim), List.of(fixture.notice("given up")), List.of());
        });

        assertThat(effect).isEqualTo(new ChangeResult(2, 0, ""));
        assertThat(seen).containsExactly("waiting", "held");
        assertThat(show(held).entry().state()).isEqualTo(MessageState.FAILED);
        assertThat(show(held).entry().attempts()).as("attempts").isZero();
        assertThat(fixture.queue().notices().history(waiting))
                .extracting(HistoryEntry::kind)
                .containsExactly("bounced", "failed");
        assertThat(fixture.claim(10)).hasSize(2).allMatch(Claim::notice);
    }

    @Test
    void putsAMessageBackIfItsBounceFails() {
        QueueId held = fixture.accept("held", ANNA);
        apply(new Change.Hold(), MessageFilter.ALL);
        QueueId waiting = fixture.accept("waiting", ANNA);
        Instant due = show(waiting).entry().dueAt();

        assertThat(fixture.queue().admin().bounceEach(MessageFilter.ALL, EVA, _ -> {
                    throw new IllegalStateException("a bug");
                }))
                .isEqualTo(new ChangeResult(
                        0,
                        0,
                        "internal error, see the relay's log: a bug; 0 of 2 messages were changed; run the"
                                + " command again for the rest"));
        assertThat(show(held).entry().state()).isEqualTo(MessageState.HELD);

        fixture.queue().admin().bounceEach(MessageFilter.of(List.of(waiting)), EVA, _ -> {
            throw new IllegalStateException("a bug");
        });
        assertThat(show(waiting).entry().state()).isEqualTo(MessageState.QUEUED);
        assertThat(show(waiting).entry().dueAt()).isEqualTo(due);
        assertThat(fixture.queue().notices().history(waiting))
                .as("it is not bounced")
                .isEmpty();
        assertThat(fixture.claimOne().attempts()).isEqualTo(1);
    }

    @Test
    void aFailedBounceLeavesTheMessageToItsMailbox() {
        QueueId id = fixture.accept("tried", ANNA);
        fixture.execute("UPDATE message SET route = 'pool', mailbox = 'pool'");
        Claim claim = fixture.queue()
                .claims()
                .claim(new ClaimScope(QueueFixture.MAILBOX, List.of("pool")), 1)
                .getFirst();
        Instant inAnHour = fixture.clock.instant().plus(Duration.ofHours(1));
        fixture.queue().claims().settle(claim, QueueFixture.deferred(claim, inAnHour), List.of(), List.of());

        fixture.queue().admin().bounceEach(MessageFilter.ALL, EVA, _ -> {
            throw new IllegalStateException("a bug");
        });

        assertThat(show(id).entry().mailbox()).isEqualTo(QueueFixture.MAILBOX);
        assertThat(show(id).entry().dueAt()).isEqualTo(inAnHour);
        assertThat(show(id).entry().attempts()).isEqualTo(1);
    }

    @Test
    void bouncesManyMessagesOneByOne() {
        fill(600);
        assertThat(fixture.queue()
                        .admin()
                        .bounceEach(
                                MessageFilter.ALL,
                                EVA,
                                claim -> fixture.queue()
                                        .claims()
                                        .settle(claim, QueueFixture.failed(claim), List.of(), List.of())))
                .isEqualTo(new ChangeResult(600, 0, ""));
        assertThat(fixture.number("SELECT count(*) FROM event WHERE kind = 'bounced'"))
                .isEqualTo(600);
    }

    @Test
    void excludesMessagesCommittedLaterWithALowerId() {
        fill(250);
        Incoming slow = fixture.queue().intake().receive();
        fixture.accept("last", ANNA); // in a batch of its own
        List<QueueId> seen = new ArrayList<>();
        fixture.queue().admin().bounceEach(MessageFilter.ALL, EVA, claim -> {
            if (seen.isEmpty()) {
                fixture.clock.advance(Duration.ofSeconds(1));
                slow.commit(
                                fixture.arrival(),
                                QueueFixture.routed(QueueFixture.envelope(ANNA)),
                                SearchableHeaders.NONE,
                                new byte[] {'.'})
                        .join();
            }
            seen.add(claim.id());
            fixture.queue().claims().settle(claim, QueueFixture.failed(claim), List.of(), List.of());
        });
        assertThat(seen).hasSize(251);
    }

    @Test
    void anInterruptedBounceQueuesTheMessageBehindUntriedOnes() {
        QueueId tried = defer(fixture.accept("tried", ANNA));
        QueueId fresh = fixture.accept("fresh", ANNA);
        fixture.clock.advance(Duration.ofSeconds(1));

        fixture.queue().admin().bounceEach(MessageFilter.of(List.of(tried)), EVA, _ -> fixture.close());

        assertThat(fixture.claim(10)).extracting(Claim::id).containsExactly(fresh, tried);
        assertThat(fixture.queue().notices().history(tried))
                .extracting(HistoryEntry::kind)
                .containsExactly("deferred");
    }

    @Test
    void reportsProgressIfTheDiskFailsDuringBounces() {
        List<QueueId> ids = fill(5);
        long late = ids.get(3).value();

        ChangeResult effect = fixture.queue().admin().bounceEach(MessageFilter.ALL, EVA, claim -> {
            if (claim.id().value() == late) {
                fixture.execute("CREATE TRIGGER broken BEFORE UPDATE OF settled_at ON message"
                        + " BEGIN SELECT raise(ABORT, 'no room'); END");
            }
            fixture.queue().claims().settle(claim, QueueFixture.failed(claim), List.of(), List.of());
        });

        assertThat(effect.changed()).isEqualTo(3);
        assertThat(effect.stopped()).contains("no room", "3 of 5 messages");
        assertThat(show(ids.get(3)).entry().state()).as("put back").isEqualTo(MessageState.QUEUED);
        assertThat(show(ids.get(4)).entry().state()).isEqualTo(MessageState.QUEUED);
    }

    @Test
    void aDamagedMessageCanBeDeletedButNotBounced() {
        QueueId damaged = fixture.accept("damaged", ANNA);
        fixture.execute("UPDATE message SET sender = 'a b'");

        assertThat(fixture.queue().admin().bounceEach(MessageFilter.ALL, EVA, _ -> {
                    throw new AssertionError("claimed");
                }))
                .isEqualTo(new ChangeResult(0, 1, ""));
        assertThat(show(damaged).entry().state()).isEqualTo(MessageState.QUEUED);
        assertThat(apply(new Change.Delete(), MessageFilter.ALL)).isEqualTo(new ChangeResult(1, 0, ""));
    }

    @Test
    void rejectsABounceWithoutADsn() {
        assertThatThrownBy(() -> apply(new Change.Bounce(), MessageFilter.ALL))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private ChangeResult apply(Change change, MessageFilter selection) {
        return fixture.queue().admin().apply(change, selection, EVA);
    }

    private MessageDetail show(QueueId id) {
        Optional<MessageDetail> shown = fixture.queue().reader().show(id);
        return shown.orElseThrow();
    }

    private String lastEvent(QueueId id) {
        HistoryEntry event = fixture.queue().notices().history(id).getLast();
        return event.kind() + ' ' + event.detail();
    }

    private QueueId defer(QueueId id) {
        Claim claim = fixture.claimOne();
        assertThat(claim.id()).isEqualTo(id);
        Instant inAnHour = fixture.clock.instant().plus(Duration.ofHours(1));
        fixture.queue().claims().settle(claim, QueueFixture.deferred(claim, inAnHour), List.of(), List.of());
        return id;
    }

    private Settlement halfDelivered(Claim claim) {
        return new Settlement(
                Map.of(
                        claim.recipients().getFirst(), new Delivered(QueueFixture.OK),
                        claim.recipients().getLast(), new Deferred(QueueFixture.LATER)),
                fixture.clock.instant().plus(Duration.ofHours(1)),
                true,
                "smtp.example:587",
                QueueFixture.MAILBOX);
    }

    private List<Claim> claimFor(String mailbox) {
        return fixture.queue().claims().claim(new ClaimScope(mailbox, List.of(mailbox)), 10);
    }

    private List<QueueId> commitParts() {
        List<RoutedEnvelope> parts = List.of(
                new RoutedEnvelope("anna", Priority.NORMAL, QueueFixture.envelope(ANNA)),
                new RoutedEnvelope("bert", Priority.NORMAL, QueueFixture.envelope(BERT)));
        return fixture.queue()
                .intake()
                .receive()
                .commit(fixture.arrival(), parts, SearchableHeaders.NONE, new byte[] {'.'})
                .join();
    }

    private List<QueueId> fill(int messages) {
        List<QueueId> ids = IntStream.range(0, messages)
                .mapToObj(_ -> fixture.queue().intake().receive())
                .map(incoming -> incoming.commit(
                        fixture.arrival(),
                        QueueFixture.routed(QueueFixture.envelope(ANNA)),
                        SearchableHeaders.NONE,
                        new byte[] {'.'}))
                .toList() // all begun
                .stream()
                .map(committed -> committed.join().getFirst())
                .toList();
        assertThat(ids).isSorted();
        return ids;
    }
}
