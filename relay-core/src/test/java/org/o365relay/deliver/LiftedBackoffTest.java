package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.deliver.Dispatcher.Requested;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Change;
import org.o365relay.queue.Claim;
import org.o365relay.queue.MessageFilter;

/// Operators end backoffs: of a mailbox, or of the messages that they name.
class LiftedBackoffTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String ANNA = "anna@contoso.example";
    private static final String BERT = "bert@contoso.example";
    private static final Response UNKNOWN_RECIPIENT =
            FakeUpstream.upstream(Step.RCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found");
    private static final Response UNKNOWN_REPLY = FakeUpstream.upstream(Step.RCPT, "550 5.7.999 Not today");
    private static final Response SEND_AS_DENIED =
            FakeUpstream.upstream(Step.END_OF_CONTENT, "554 5.2.252 SendAsDenied; a not allowed to send as b");

    @TempDir
    private Path directory;

    private DeliveryFixture relay;

    @BeforeEach
    void open() throws Exception {
        relay = new DeliveryFixture(directory);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    private QueueId accept(String recipient) {
        String author = "scan@contoso.example";
        return relay.accept(null, "From: " + author + "\r\nSubject: Scan\r\n\r\nSee attached.\r\n", recipient);
    }

    private QueueId acceptOf(String author) {
        return relay.accept(author, "From: " + author + "\r\nSubject: Scan\r\n\r\nSee attached.\r\n", ANNA);
    }

    private void refuse(Response refusal, String recipient) {
        for (int i = 0; i < 3; i++) {
            relay.upstream.answer(refusal);
            accept(recipient);
            relay.deliverDue();
        }
    }

    private int sent() {
        return relay.upstream.sent().size();
    }

    private void retry(QueueId... messages) {
        relay.queue.admin().apply(new Change.Retry(), MessageFilter.of(List.of(messages)), "olga");
    }

    private Dispatcher dispatcher() {
        return new Dispatcher(relay.queue.claims(), relay.sender, relay.delivery);
    }

    @Test
    void aMessageThatAnOperatorRetriesIsTriedAtOnce() {
        refuse(UNKNOWN_RECIPIENT, BERT);
        QueueId waiting = accept(BERT);
        relay.deliverDue();
        int before = sent();
        assertThat(relay.sender.breakers().active()).hasSize(1);

        relay.clock.advance(MINUTE);
        retry(waiting);
        relay.deliverDue();

        assertThat(sent()).isEqualTo(before + 1);
        assertThat(relay.journal.lines("delivered")).last().asString().contains(waiting.toString());
        assertThat(relay.sender.breakers().active()).as("it was delivered").isEmpty();
    }

    @Test
    void otherUpstreamsOfTheMailboxKeepTheBackoffs() {
        refuse(UNKNOWN_RECIPIENT, BERT);
        FakeUpstream other = new FakeUpstream("other.example", 2);
        DeliveryFixture.Member next = relay.member(
                DeliveryFixture.MAILBOX,
                List.of(other),
                relay.sender.account(),
                DeliveryFixture.PROBES,
                relay.queue.clock());
        next.sender().replace(relay.sender);

        accept(BERT);
        accept(ANNA);
        relay.deliverDue(next);
        assertThat(other.sent())
                .singleElement()
                .satisfies(sent ->
                        assertThat(sent.message().recipients().toString()).contains(ANNA));

        relay.clock.advance(Duration.ofMinutes(15));
        relay.deliverDue(next);
        assertThat(other.sent()).as("the trial").hasSize(2);
        assertThat(next.sender().breakers().active()).isEmpty();
    }

    @Test
    void ofSeveralMessagesToOneRecipientOneIsTriedAndTheOthersFollowWhenItIsDelivered() {
        refuse(UNKNOWN_RECIPIENT, BERT);
        QueueId[] waiting = {accept(BERT), accept(BERT), accept(BERT)};
        relay.deliverDue();
        int before = sent();

        relay.clock.advance(MINUTE);
        retry(waiting);
        relay.upstream.answer(UNKNOWN_RECIPIENT);
        relay.clock.advance(Duration.ofSeconds(1));
        relay.deliverDue();
        assertThat(sent())
                .as("one message is enough to see that Bert is still unknown")
                .isEqualTo(before + 1);

        relay.clock.advance(MINUTE);
        retry(waiting[1], waiting[2]);
        relay.clock.advance(Duration.ofSeconds(1));
        relay.deliverDue();
        relay.clock.advance(MINUTE);
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered").toString()).contains(waiting[1].toString(), waiting[2].toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oldMailThatWasNeverTriedAwaitsTheTrial(boolean isFixed) {
        QueueId[] waiting = fourAndAHalfHoursInBackoff();
        retry(waiting);
        relay.clock.advance(Duration.ofSeconds(1));
        trialOf(waiting, isFixed);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oldMailAwaitsTheTrialAfterARetryOfTheMailbox(boolean isFixed) {
        QueueId[] waiting = fourAndAHalfHoursInBackoff();
        assertThat(dispatcher().retry().messages()).isEqualTo(waiting.length);
        trialOf(waiting, isFixed);
    }

    @Test
    void mailWhoseRetryTimeIsOverAwaitsTheTrial() {
        QueueId[] waiting = fourAndAHalfHoursInBackoff();
        relay.clock.advance(Duration.ofDays(6));
        trialOf(waiting, true);
    }

    /// @return messages to Bert that were never tried, and still wait
    private QueueId[] fourAndAHalfHoursInBackoff() {
        refuse(UNKNOWN_RECIPIENT, BERT);
        for (int minutes : new int[] {15, 30, 60, 120, 240}) {
            relay.clock.advance(Duration.ofMinutes(minutes - 10));
            accept(BERT); // is refused
            relay.clock.advance(Duration.ofMinutes(10));
            relay.upstream.answer(UNKNOWN_RECIPIENT);
            relay.deliverDue();
        }
        relay.clock.advance(Duration.ofMinutes(210));
        accept(BERT); // is refused
        QueueId[] waiting = {accept(BERT), accept(BERT), accept(BERT)};
        relay.clock.advance(Duration.ofMinutes(30));
        relay.upstream.answer(UNKNOWN_RECIPIENT);
        relay.deliverDue();
        relay.clock.advance(Duration.ofHours(4).minus(MINUTE));
        assertThat(relay.due()).isEmpty();
        return waiting;
    }

    /// Delivers the waiting messages at the same time: one is the trial, the others are claimed during it.
    private void trialOf(QueueId[] waiting, boolean isFixed) {
        int before = sent();
        int failed = relay.journal.lines("failed").size();
        List<Claim> due = relay.due();
        assertThat(due).extracting(Claim::id).containsExactlyInAnyOrder(waiting);
        relay.upstream.answer(_ -> {
            due.subList(1, due.size()).forEach(relay::deliver);
            return isFixed ? FakeUpstream.OK : UNKNOWN_RECIPIENT;
        });
        relay.deliver(due.getFirst());
        assertThat(sent()).as("one message is the trial").isEqualTo(before + 1);
        assertThat(relay.journal.lines("failed")).hasSize(failed + (isFixed ? 0 : 1));

        assertThat(relay.due()).isEmpty();
        relay.clock.advance(MINUTE);
        relay.deliverDue();
        assertThat(relay.journal.lines(isFixed ? "delivered" : "failed").toString())
                .contains(waiting[0].toString(), waiting[1].toString(), waiting[2].toString());
    }

    @Test
    void aRetryBeforeTheBackoffBeganLiftsNothing() {
        QueueId early = accept(BERT);
        relay.upstream.answer(FakeUpstream.upstream(Step.RCPT, "451 4.7.0 Later"));
        relay.deliverDue();
        relay.clock.advance(Duration.ofSeconds(10));
        retry(early);
        relay.upstream.answer(FakeUpstream.upstream(Step.RCPT, "451 4.7.0 Later"));
        relay.deliverDue();
        relay.clock.advance(Duration.ofSeconds(10));
        refuse(UNKNOWN_RECIPIENT, BERT);
        int before = sent();

        relay.clock.advance(Duration.ofMinutes(5));
        relay.deliverDue();

        assertThat(sent()).isEqualTo(before);
    }

    @Test
    void liftsTheBackoffOfTheAuthorOfAMessage() {
        relay.upstream.answer(SEND_AS_DENIED).answer(SEND_AS_DENIED).answer(SEND_AS_DENIED);
        for (int i = 0; i < 3; i++) {
            acceptOf("ups@sales.example");
            relay.deliverDue();
        }
        QueueId waiting = acceptOf("ups@sales.example");
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered")).isEmpty();

        relay.clock.advance(MINUTE);
        retry(waiting);
        relay.deliverDue();

        assertThat(relay.journal.lines("delivered")).singleElement().asString().contains(waiting.toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void retryingAnOpenMailboxEndsItsBackoffsAndMakesTheirMailDue(boolean isKnown) {
        Response refusal = isKnown ? UNKNOWN_RECIPIENT : UNKNOWN_REPLY;
        refuse(refusal, BERT);
        refuse(refusal, ANNA);
        accept(BERT);
        accept(ANNA);
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered").toString()).doesNotContain(BERT, ANNA);

        relay.clock.advance(MINUTE);
        Requested requested = dispatcher().retry();

        assertThat(requested).isEqualTo(new Requested(List.of(), 2, 2));
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered").toString()).contains(BERT, ANNA);
        assertThat(dispatcher().retry()).as("nothing is left").isEqualTo(new Requested(List.of(), 0, 0));
    }
}
