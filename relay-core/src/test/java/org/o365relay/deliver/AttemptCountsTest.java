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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.limits.RateLimiter;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;

/// Whether a failure is attributed to the message or to its upstream, and what counts as an attempt.
class AttemptCountsTest {

    private static final String SCAN = "From: Scanner <scan@contoso.example>\r\nSubject: Scan\r\n\r\nSee attached.\r\n";
    private static final String ANNA = "anna@contoso.example";
    private static final String EXTERNAL = "bert@elsewhere.example";
    private static final Response RELAY_DENIED =
            FakeUpstream.upstream(Step.RCPT, "550 5.7.64 TenantAttribution; Relay Access Denied");
    private static final Response QUOTA = FakeUpstream.upstream(
            Step.RCPT, "550 5.1.90 Your message can't be sent because you've reached your daily limit");
    private static final int MANY = 2000;

    private DeliveryFixture relay;

    @BeforeEach
    void open(@TempDir Path directory) throws Exception {
        relay = new DeliveryFixture(directory);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void aMessageThatAConnectorRefusesDelaysNoOtherAndExpires() {
        externalGets(RELAY_DENIED);
        relay.accept("scan@contoso.example", SCAN, EXTERNAL);
        for (int i = 0; i < 5; i++) {
            relay.accept("scan@contoso.example", SCAN, ANNA);
        }
        relay.deliverDue();
        assertThat(relay.journal.events()).containsExactly("blocked");
        passMinutes(2);
        assertThat(relay.journal.lines("delivered"))
                .as("another message was the probe")
                .hasSize(5);

        for (int day = 0; day < 6; day++) {
            passHours(24);
            relay.accept("scan@contoso.example", SCAN, ANNA);
            passMinutes(2);
        }
        assertThat(relay.journal.lines("failed")).singleElement().asString().contains(EXTERNAL, "550 5.7.64");
        assertThat(relay.journal.lines("delivered"))
                .as("five, six, and the notice")
                .hasSize(12);
    }

    @Test
    void aMessageAtFaultDoesNotBlockTheOthersAgain() {
        externalGets(RELAY_DENIED);
        relay.accept("scan@contoso.example", SCAN, EXTERNAL);
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        passMinutes(2);
        assertThat(relay.journal.events()).containsExactly("blocked", "unblocked", "delivered", "deferred");
        assertThat(relay.sender.failover().isOpen()).isTrue();
    }

    @Test
    void aMessageRefusedAtMailIsNotTheNextProbe() {
        externalGets(FakeUpstream.upstream(Step.MAIL, "555 5.5.4 Unsupported parameter"));
        relay.accept("scan@contoso.example", SCAN, EXTERNAL);
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        assertThat(relay.journal.events()).containsExactly("blocked");
        passMinutes(2);
        assertThat(relay.journal.events()).containsExactly("blocked", "unblocked", "delivered", "deferred");
        assertThat(relay.sender.failover().isOpen()).isTrue();
    }

    @Test
    void aFailureOfEveryMessageCountsAsNoAttempt() {
        answerAlways(_ -> RELAY_DENIED);
        relay.accept("scan@contoso.example", SCAN, EXTERNAL);
        relay.accept("scan@contoso.example", SCAN, ANNA);
        passHours(24 * 7);
        assertThat(relay.journal.events()).containsExactly("blocked");
        List<String> recipients = relay.upstream.sent().stream()
                .map(sent -> sent.message().recipients().getFirst().toString())
                .toList();
        assertThat(recipients).as("the senders alternate").startsWith(EXTERNAL, ANNA, EXTERNAL, ANNA);
    }

    @Test
    void attributesAFailureToTheRecipientIfOthersGetFurther() {
        externalGets(RELAY_DENIED);
        relay.accept("scan@contoso.example", SCAN, EXTERNAL, ANNA);
        relay.deliverDue();
        assertThat(relay.journal.events()).containsOnly("failed", "delivered", "accepted");
        assertThat(relay.journal.lines("failed")).singleElement().asString().contains(EXTERNAL);
    }

    @Test
    void aQuotaReachedDuringRcptFailsNoRecipient() {
        externalGets(QUOTA);
        relay.accept("scan@contoso.example", SCAN, ANNA, EXTERNAL);
        relay.deliverDue();
        assertThat(relay.journal.events()).containsExactly("delivered", "deferred");
    }

    @Test
    void aMailboxThatMayNotSendAsItselfIsProbedWithFewMessages() {
        answerAlways(_ -> FakeUpstream.upstream(Step.END_OF_CONTENT, "554 5.2.252 SendAsDenied; a may not send as b"));
        ProbeSchedule probes = new ProbeSchedule(Duration.ofSeconds(15), Duration.ofMinutes(1));
        SendingAccount account =
                new SendingAccount("relay@contoso.example", DeliveryFixture.UNLIMITED, List.of(), relay.clock);
        DeliveryFixture.Member member =
                relay.member(DeliveryFixture.MAILBOX, List.of(relay.upstream), account, probes, relay.queue.clock());
        relay.accept("scan@contoso.example", SCAN, ANNA);
        for (int i = 0; i < 24 * 60 * 4; i++) {
            relay.deliverDue(member);
            relay.clock.advance(Duration.ofSeconds(15));
        }
        assertThat(relay.upstream.sent()).hasSizeBetween(90, 110);
        assertThat(relay.journal.events()).containsExactly("blocked");
    }

    @Test
    void aRecipientThatMetAFailureOfTheUpstreamDoesNotWaitForTheBackoffOfAnother() {
        for (int i = 0; i < 3; i++) {
            relay.upstream.answer(FakeUpstream.upstream(Step.RCPT, "550 5.1.1 User unknown"));
            relay.accept(null, SCAN, EXTERNAL);
        }
        relay.deliverDue();
        relay.upstream.answer(FakeUpstream.network(Step.CONNECT));
        relay.accept(null, SCAN, EXTERNAL, ANNA);
        relay.deliverDue();
        assertThat(relay.journal.events()).contains("backoff").endsWith("unreachable");

        pass(Duration.ofSeconds(1));

        assertThat(relay.journal.lines("delivered")).singleElement().asString().contains(ANNA);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        CONNECT        | 451 4.3.2 Retry-After    | RELAY    | false
        CONTENT        | 451 4.3.0 cannot be read | RELAY    | false
        END_OF_CONTENT | 554 5.6.0 unacceptable   | RELAY    | false
        CONNECT        | 451 4.4.1 refused        | NETWORK  | false
        AUTH           | 535 5.7.3 no             | SUBMISSION | false
        MAIL           | 451 4.3.2 wait           | SUBMISSION | true
        RCPT           | 550 5.1.1 unknown        | SUBMISSION | true
        CONTENT        | 451 4.4.2 lost           | NETWORK  | true
        END_OF_CONTENT | 250 2.0.0 ok             | SUBMISSION | true
        """)
    void onlyAnAttemptThatReachedMailCountsAgainstTheRate(
            Step step, String reply, Response.Origin origin, boolean counts, @TempDir Path directory) throws Exception {
        try (DeliveryFixture limited = new DeliveryFixture(directory, new AccountLimits(60, 60, 2, null))) {
            RateLimiter rate = limited.sender.account().rateLimiter();
            limited.upstream.answer(new Response(step, Reply.parse(reply).orElseThrow(), origin));
            limited.accept("scan@contoso.example", SCAN, ANNA);
            rate.take(1);
            limited.deliverDue();
            assertThat(rate.take(100)).isEqualTo(counts ? 59 : 60);
        }
    }

    @Test
    void aReplyAboutTheRateLowersTheRateOnceAndCostsNoAttempt() {
        Response tooFast = FakeUpstream.upstream(
                Step.MAIL, "421 4.4.2 Message submission rate for this client has exceeded the configured limit");
        relay.upstream.answer(tooFast).answer(tooFast);
        for (int i = 0; i < 3; i++) {
            relay.accept("scan@contoso.example", SCAN, ANNA);
        }
        relay.deliverDue();

        assertThat(relay.journal.events()).containsExactly("throttled", "delivered");
        assertThat(relay.journal.lines("throttled")).singleElement().asString().contains("15 MESSAGES_PER_MINUTE");
        assertThat(relay.sender.failover().isOpen()).isTrue();
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered")).hasSize(3);
    }

    @Test
    void aBusyServerRestsForAGrowingTime() {
        answerAlways(_ -> FakeUpstream.upstream(Step.RCPT, "451 4.7.500 Server busy. Please try again later"));
        for (int i = 0; i < 20; i++) {
            relay.accept("scan@contoso.example", SCAN, ANNA);
        }
        for (int minute = 0; minute <= 60; minute++) {
            pass(Duration.ofMinutes(1));
        }
        assertThat(relay.upstream.sent()).as("one of 20 messages at a time").hasSizeBetween(5, 12);
        assertThat(relay.journal.events()).containsExactly("blocked");
    }

    @Test
    void settlesTheReplyEvenIfEvaluatingItFails() {
        relay.upstream.answer(RELAY_DENIED);
        QueueId id = relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.journal.failOn("blocked");
        relay.deliverDue();
        assertThat(relay.queue.notices().history(id)).hasSize(1);
    }

    private void externalGets(Response response) {
        answerAlways(recipient -> recipient.address().toString().equals(EXTERNAL) ? response : FakeUpstream.OK);
    }

    private void answerAlways(Function<Recipient, Response> answer) {
        for (int i = 0; i < MANY; i++) {
            relay.upstream.answer(answer);
        }
    }

    private void passMinutes(int minutes) {
        for (int i = 0; i < minutes; i++) {
            pass(Duration.ofMinutes(1));
        }
    }

    private void passHours(int hours) {
        for (int i = 0; i < 4 * hours; i++) {
            pass(Duration.ofMinutes(15));
        }
    }

    private void pass(Duration time) {
        relay.clock.advance(time);
        relay.check();
        relay.deliverDue();
    }
}
