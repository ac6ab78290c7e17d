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
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.QueueId;

/// Messages that were deferred because of a failure are sent at once when it is over.
class WaitingMailTest {

    private static final String ANNA = "anna@contoso.example";
    private static final Response QUOTA = FakeUpstream.upstream(
            Step.END_OF_CONTENT, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException;");
    private static final Response SEND_AS_DENIED =
            FakeUpstream.upstream(Step.END_OF_CONTENT, "554 5.2.252 SendAsDenied; a not allowed to send as b");
    private static final Response LATER =
            FakeUpstream.upstream(Step.END_OF_CONTENT, "452 4.3.1 Insufficient system resources");

    private static final Response REFUSED_RELAY =
            FakeUpstream.upstream(Step.END_OF_CONTENT, "554 Your IP is on our block list");

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

    private void accept(String author) {
        relay.accept(author, "From: " + author + "\r\nSubject: Scan\r\n\r\nSee attached.\r\n", ANNA);
    }

    private void deferOne(String author, Response response) {
        relay.upstream.answer(response);
        accept(author);
        relay.deliverDue();
    }

    private Dispatcher dispatcher() {
        return new Dispatcher(relay.queue.claims(), relay.sender, relay.delivery);
    }

    private int delivered() {
        return relay.journal.lines("delivered").size();
    }

    /// The quota is probed every hour. Both messages met it; each waits until the next probe.
    @Test
    void mailThatMetAQuotaLeavesAfterTheFirstMessageIsAccepted() {
        deferOne("scan@contoso.example", QUOTA);
        relay.clock.advance(Duration.ofMinutes(59));
        accept("scan@contoso.example");
        relay.clock.advance(Duration.ofMinutes(1));
        relay.upstream.answer(QUOTA); // the probe
        relay.deliverDue();
        assertThat(delivered()).isZero();
        accept("scan@contoso.example");
        relay.sender.retry(); // the quota was raised; only the new message is due

        relay.deliverDue();
        assertThat(delivered()).isPositive();
        relay.deliverDue();

        assertThat(delivered()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"retry", "resume"})
    void mailThatMetABlockIsDueWhenAnOperatorRequestsIt(String command) {
        deferOne("scan@contoso.example", QUOTA);
        assertThat(relay.due()).isEmpty();

        if (command.equals("retry")) {
            dispatcher().retry();
        } else {
            dispatcher().resume();
        }

        relay.deliverDue();
        assertThat(delivered()).isEqualTo(1);
    }

    /// The reply is not in the catalogue. Another message shows that the upstream accepts mail again.
    @Test
    void mailThatMetAnUnknownReplyLeavesWhenTheUpstreamAcceptsAMessage() {
        deferOne("scan@contoso.example", REFUSED_RELAY);
        assertThat(relay.sender.isOpen()).isFalse();
        accept("scan@contoso.example");
        relay.sender.retry();
        relay.deliverDue();
        relay.deliverDue();

        assertThat(delivered()).isEqualTo(2);
    }

    @Test
    void mailThatMetAnUnknownReplyKeepsItsDelayIfItIsAloneAtFault() {
        deferOne("scan@contoso.example", REFUSED_RELAY);
        accept("scan@contoso.example");
        relay.sender.retry();
        relay.deliverDue(); // another message is accepted
        relay.upstream.answer(REFUSED_RELAY);
        relay.deliverDue();
        relay.deliverDue();

        assertThat(delivered()).isEqualTo(1);
        assertThat(relay.upstream.sent()).as("no loop").hasSize(3);
    }

    @Test
    void mailThatWentBackToItsPoolLeavesWhenAMailboxOfThePoolRecovers() {
        relay.upstream.answer(QUOTA).answer(QUOTA);
        QueueId message = relay.acceptForPool("From: scan@contoso.example\r\n\r\nScan\r\n", ANNA);
        for (int i = 0; i < 2; i++) {
            relay.deliverDue();
            relay.sender.retry();
        }
        relay.queue.claims().releaseToPools(relay.sender.claimScope());
        assertThat(relay.due()).isEmpty();

        accept("scan@contoso.example");
        relay.deliverDue();
        relay.deliverDue();

        assertThat(relay.journal.lines("delivered").toString()).contains(message.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 5})
    void mailOfARefusedAuthorLeavesWhenAMessageOfTheAuthorIsDelivered(int messages) {
        relay.upstream.answer(SEND_AS_DENIED).answer(SEND_AS_DENIED).answer(SEND_AS_DENIED);
        for (int i = 0; i < messages; i++) {
            accept("ups@sales.example");
            relay.deliverDue(); // after three refusals in backoff
        }
        relay.clock.advance(Duration.ofSeconds(30));
        dispatcher().retry(); // ends the backoff; one message is the trial
        relay.deliverDue();
        relay.deliverDue();

        assertThat(delivered()).isEqualTo(messages);
    }

    @Test
    void mailOfARefusedAuthorLeavesAfterARestart() throws Exception {
        deferOne("ups@sales.example", SEND_AS_DENIED);
        relay.close();
        relay = new DeliveryFixture(directory, relay.clock, DeliveryFixture.NOTICES, DeliveryFixture.UNLIMITED);

        accept("ups@sales.example");
        relay.deliverDue();
        assertThat(delivered()).isEqualTo(1);
        relay.deliverDue();

        assertThat(delivered()).isEqualTo(2);
    }

    /// Each further refusal may make Microsoft refuse the whole mailbox.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void mailOfARefusedAuthorIsTriedOnceAfterARestart(int others) throws Exception {
        deferOne("ups@sales.example", SEND_AS_DENIED);
        relay.close();
        relay = new DeliveryFixture(directory, relay.clock, DeliveryFixture.NOTICES, DeliveryFixture.UNLIMITED);
        relay.upstream.answer(FakeUpstream.OK).answer(SEND_AS_DENIED);

        for (int i = 0; i < others; i++) {
            accept("alarm" + i + "@sales.example");
            relay.deliverDue();
            relay.deliverDue();
        }

        assertThat(delivered()).isEqualTo(others);
        assertThat(relay.upstream.sent()).hasSize(others + 1);
    }

    @Test
    void mailThatMetAQuotaLeavesAfterARestart() throws Exception {
        deferOne("scan@contoso.example", QUOTA);
        relay.close();
        relay = new DeliveryFixture(directory, relay.clock, DeliveryFixture.NOTICES, DeliveryFixture.UNLIMITED);

        accept("scan@contoso.example");
        relay.deliverDue();
        relay.deliverDue();

        assertThat(delivered()).isEqualTo(2);
    }

    @Test
    void mailThatWaitsForAReasonOfItsOwnKeepsItsDelay() {
        deferOne("scan@contoso.example", LATER);
        deferOne("scan@contoso.example", QUOTA);
        accept("scan@contoso.example");
        dispatcher().retry();
        relay.deliverDue();
        relay.deliverDue();
        assertThat(delivered())
                .as("all but the one that the server could not store")
                .isEqualTo(2);

        relay.clock.advance(Duration.ofMinutes(2));
        relay.deliverDue();
        assertThat(delivered()).isEqualTo(3);
    }

    @Test
    void mailOfAnotherAuthorIsNotDueWhenTheMailboxRecovers() {
        deferOne("ups@sales.example", SEND_AS_DENIED);
        deferOne("scan@contoso.example", QUOTA);
        List<String> before = relay.journal.lines("deferred");
        relay.sender.retry();
        accept("scan@contoso.example");
        relay.deliverDue();
        relay.deliverDue();

        assertThat(delivered()).isEqualTo(2);
        assertThat(relay.journal.lines("deferred")).isEqualTo(before);
    }
}
