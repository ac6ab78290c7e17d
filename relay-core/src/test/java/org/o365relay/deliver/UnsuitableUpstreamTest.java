package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;

/// Messages that an upstream cannot accept.
class UnsuitableUpstreamTest {

    private static final String ANNA = "anna@contoso.example";
    private static final String JUERGEN = "jürgen@contoso.example";
    private static final Response TOO_LARGE = new Response(
            Step.CONTENT, Reply.of(552, "5.3.4", "Message too large for Microsoft Graph"), Origin.UNSUITABLE);
    private static final Response NO_SMTPUTF8 = new Response(
            Step.RCPT, Reply.of(550, "5.6.7", "does not accept internationalized addresses"), Origin.UNSUITABLE);
    private static final Response LATER = FakeUpstream.upstream(Step.RCPT, "450 4.2.1 try again later");
    private static final Response UNREACHABLE = FakeUpstream.network(Step.CONNECT);

    private final FakeUpstream second = new FakeUpstream("second.example:587", 1);
    private final FakeUpstream third = new FakeUpstream("third.example:587", 1);
    private DeliveryFixture relay;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        relay = new DeliveryFixture(directory, DeliveryFixture.UNLIMITED, second, third);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void sendsTheWholeMessageByTheNextUpstream() {
        relay.upstream.answer(TOO_LARGE);
        QueueId id = accept();

        relay.deliverDue();

        assertThat(second.sent())
                .singleElement()
                .satisfies(sent -> assertThat(sent.content())
                        .isEqualTo(relay.upstream.sent().getFirst().content()));
        assertThat(third.sent()).isEmpty();
        assertThat(relay.journal.lines("delivered"))
                .containsExactly("delivered " + id + " to anna@contoso.example attempt 1: 250 2.0.0 OK");
        assertThat(relay.journal.lines("failover")).isEmpty();
    }

    @Test
    void failsAMessageThatNoUpstreamCanCarry() {
        relay.upstream.answer(TOO_LARGE);
        second.answer(TOO_LARGE);
        third.answer(TOO_LARGE);
        QueueId id = accept();

        relay.deliverDue();

        assertThat(relay.journal.lines("failed"))
                .singleElement()
                .asString()
                .startsWith("failed " + id + " to anna@contoso.example")
                .contains("552 5.3.4 Message too large for Microsoft Graph");
        assertThat(relay.journal.lines("delivered")).isEmpty();
    }

    @Test
    void waitsForAnUpstreamThatMayCarryTheMessage() {
        relay.upstream.answer(UNREACHABLE);
        accept();
        relay.deliverDue(); // the first upstream is retried from now on
        second.answer(TOO_LARGE);
        third.answer(TOO_LARGE);

        relay.deliverDue();

        assertThat(relay.journal.lines("failed")).isEmpty();
        assertThat(relay.journal.lines("deferred")).last().asString().contains("552 5.3.4");
        relay.clock.advance(Duration.ofMinutes(2));
        relay.check();
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered")).hasSize(1);
        assertThat(relay.upstream.sent()).hasSize(2);
    }

    @Test
    void returnsTheConnectionsOfAllUpstreams() {
        for (int i = 0; i < 3; i++) { // more than the connections of an upstream
            relay.upstream.answer(TOO_LARGE);
            second.answer(TOO_LARGE);
            accept();
            relay.deliverDue();
        }

        assertThat(third.sent()).hasSize(3);
        assertThat(relay.journal.lines("delivered")).hasSize(3);
    }

    @Test
    void sendsToOneRecipientByTheNextUpstreamIfTheOthersAreDelivered() {
        relay.upstream.answer(internationalized(FakeUpstream.OK)).answer(NO_SMTPUTF8);
        accept(ANNA, JUERGEN);

        relay.deliverDue();
        relay.deliverDue();

        assertThat(relay.journal.lines("failed")).isEmpty();
        assertThat(relay.journal.lines("delivered")).hasSize(2);
        assertThat(recipients(relay.upstream)).containsExactly(List.of(ANNA, JUERGEN), List.of(JUERGEN));
        assertThat(recipients(second)).containsExactly(List.of(JUERGEN));
    }

    /// The relay does not wait for the recipient that the first upstream defers.
    @Test
    void sendsToAllRecipientsByTheNextUpstreamIfNoneIsDelivered() {
        relay.upstream.answer(internationalized(LATER));
        accept(ANNA, JUERGEN);

        relay.deliverDue();

        assertThat(relay.journal.lines("delivered")).hasSize(2);
        assertThat(recipients(second)).containsExactly(List.of(ANNA, JUERGEN));
    }

    @Test
    void failsOnlyTheRecipientToWhomNoUpstreamCanCarryTheMessage() {
        relay.upstream.answer(internationalized(FakeUpstream.OK)).answer(NO_SMTPUTF8);
        second.answer(NO_SMTPUTF8);
        third.answer(NO_SMTPUTF8);
        accept(ANNA, JUERGEN);

        relay.deliverDue();
        relay.deliverDue();

        assertThat(relay.journal.lines("delivered")).singleElement().asString().contains(ANNA);
        assertThat(relay.journal.lines("failed")).singleElement().asString().contains(JUERGEN, "550 5.6.7");
    }

    @Test
    void defersOnlyTheRecipientThatWaitsForAnUpstream() {
        relay.upstream.answer(UNREACHABLE);
        accept();
        relay.deliverDue(); // the first upstream is retried from now on
        second.answer(FakeUpstream.OK); // for the message before
        second.answer(internationalized(FakeUpstream.upstream(Step.RCPT, "550 5.1.1 User unknown")));
        third.answer(internationalized(FakeUpstream.upstream(Step.RCPT, "550 5.1.1 User unknown")));
        relay.deliverDue();
        accept(ANNA, JUERGEN);

        relay.deliverDue();

        assertThat(relay.journal.lines("failed")).singleElement().asString().contains(ANNA);
        assertThat(relay.journal.lines("deferred")).last().asString().contains(JUERGEN, "550 5.6.7");
    }

    @Test
    void aMessageThatNoUpstreamWasGivenCountsAgainstNoRate() {
        for (Origin origin : List.of(Origin.UNSUITABLE, Origin.RELAY)) {
            Response response = new Response(Step.CONTENT, TOO_LARGE.reply(), origin);
            Verdict verdict = new FailurePolicy(DeliveryFixture.MAILBOX).judge(response, false);
            Recipient recipient = new Recipient(0, DeliveryFixture.address(ANNA));

            Attempt attempt = Attempt.local(List.of(recipient), verdict, new ReportedMessage(null, new byte[0]));

            assertThat(attempt.reachedMail()).isFalse();
        }
    }

    private static Function<Recipient, Response> internationalized(Response others) {
        return recipient -> recipient.address().isAscii() ? others : NO_SMTPUTF8;
    }

    private static List<List<String>> recipients(FakeUpstream upstream) {
        return upstream.sent().stream()
                .map(sent -> sent.message().recipients().stream()
                        .map(recipient -> recipient.address().toString())
                        .toList())
                .toList();
    }

    private QueueId accept(String... recipients) {
        return relay.accept("scan@contoso.example", "Subject: Scan\r\n\r\nSee attached.\r\n", recipients);
    }

    private QueueId accept() {
        return accept(ANNA);
    }
}
