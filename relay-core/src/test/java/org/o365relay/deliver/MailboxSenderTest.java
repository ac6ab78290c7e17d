package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Claim;
import org.o365relay.queue.HistoryEntry;

/// The effect of replies to messages on the mailbox and its upstreams.
class MailboxSenderTest {

    private static final String SCAN = "From: Scanner <scan@contoso.example>\r\nSubject: Scan\r\n\r\nSee attached.\r\n";
    private static final String ALIAS = "From: alias@sales.example\r\n\r\nhi\r\n";
    private static final String ANNA = "anna@contoso.example";
    private static final String BERT = "bert@contoso.example";
    private static final Response WRONG_PASSWORD = FakeUpstream.upstream(
            Step.AUTH, "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.");
    private static final Response TOO_MANY =
            FakeUpstream.upstream(Step.MAIL, "432 4.3.2 Concurrent connections limit exceeded.");
    private static final Response DENIED =
            FakeUpstream.upstream(Step.END_OF_CONTENT, "554 5.2.252 SendAsDenied; a not allowed to send as b");
    private static final Response UNKNOWN = FakeUpstream.upstream(Step.RCPT, "550 5.1.10 no such user");

    @TempDir
    private Path directory;

    private final FakeUpstream graph = new FakeUpstream("graph.example", 4);
    private DeliveryFixture relay;

    @BeforeEach
    void open() throws Exception {
        relay = new DeliveryFixture(directory);
    }

    private void reopen(AccountLimits limits, FakeUpstream... spare) throws Exception {
        relay.close();
        relay = new DeliveryFixture(directory, limits, spare);
    }

    @AfterEach
    void close() {
        relay.close();
    }

    @Test
    void aMessageIsSentByTheFallbackWhenThePrimaryIsSuspended() throws Exception {
        reopen(DeliveryFixture.UNLIMITED, graph);
        relay.upstream.answer(WRONG_PASSWORD);
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        relay.deliverDue();
        relay.accept("scan@contoso.example", SCAN, BERT);
        relay.deliverDue();

        assertThat(relay.upstream.sent()).hasSize(1);
        assertThat(graph.sent()).hasSize(2);
        assertThat(relay.journal.lines("delivered"))
                .as("the attempt through the suspended upstream does not count")
                .allSatisfy(line -> assertThat(line).contains("attempt 1"));

        relay.clock.advance(Duration.ofMinutes(1));
        relay.check();
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        assertThat(relay.upstream.checks()).isEqualTo(1);
        assertThat(relay.upstream.sent()).as("back to the primary upstream").hasSize(2);
        assertThat(relay.journal.events())
                .filteredOn(event -> !event.equals("delivered"))
                .containsExactly("failover", "failback");
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"CONNECT", "GREETING", "EHLO", "STARTTLS", "AUTH"})
    void noMessageExpiresBecauseTheUpstreamCannotBeReached(Step step) throws Exception {
        QueueId id = relay.accept("scan@contoso.example", SCAN, ANNA);
        for (int day = 0; day < 20; day++) {
            relay.upstream.answer(FakeUpstream.network(step));
            relay.deliverDue();
            relay.clock.advance(Duration.ofDays(1));
            relay.check();
        }
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered")).singleElement().asString().contains(id + " to", "attempt 1");
        assertThat(relay.journal.lines("deferred")).isEmpty();
        assertThat(relay.journal.lines("failed")).isEmpty();
    }

    @Test
    void respectsRetryAfterToTheSecondWithoutCountingAnAttempt() throws Exception {
        Reply tooMany = Reply.plain(429, "ApplicationThrottled: Too many requests.");
        Duration rest = Duration.ofSeconds(3);
        relay.upstream.answer(new Response(Step.END_OF_CONTENT, tooMany, Origin.GRAPH).withRetryAfter(rest));
        relay.upstream.answer(
                new Response(Step.CONNECT, Reply.of(451, "4.3.2", "a rest"), Origin.RELAY).withRetryAfter(rest));
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        relay.clock.advance(rest);
        relay.deliverDue();
        relay.clock.advance(rest.minusSeconds(1));
        relay.check();
        assertThat(relay.upstream.checks()).isZero();
        relay.clock.advance(Duration.ofSeconds(1));
        relay.check();
        relay.deliverDue();

        assertThat(relay.journal.lines("delivered")).singleElement().asString().contains("attempt 1");
        assertThat(relay.journal.lines("deferred")).isEmpty();
    }

    @Test
    void anUnreachableTokenServiceIsAnOutage() throws Exception {
        Response noToken =
                new Response(Step.AUTH, Reply.of(451, "4.4.1", "login.example cannot be reached"), Origin.NETWORK);
        relay.upstream.answer(noToken).failCheck(noToken).failCheck(noToken);
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        for (int i = 0; i < 3; i++) {
            relay.clock.advance(Duration.ofSeconds(30));
            relay.check();
        }
        relay.deliverDue();
        assertThat(relay.journal.events()).containsExactly("unreachable", "reachable", "delivered");
    }

    @ParameterizedTest
    @MethodSource("lostInTheMiddle")
    void anUpstreamThatLosesOneMessageAfterAnotherIsRetriedLater(Response lost) throws Exception {
        reopen(DeliveryFixture.UNLIMITED, graph);
        for (int i = 0; i < 1000; i++) {
            relay.upstream.answer(lost);
        }
        relay.accept("scan@contoso.example", SCAN, ANNA);
        for (int minute = 0; minute < 10; minute++) {
            relay.deliverDue();
            relay.deliverDue();
            relay.clock.advance(Duration.ofMinutes(1));
            relay.check();
        }
        assertThat(graph.sent()).hasSize(1);
        assertThat(relay.journal.events()).containsExactly("deferred", "deferred", "failover", "delivered");
    }

    @ParameterizedTest
    @MethodSource("lostInTheMiddle")
    void noMessageExpiresWhileItsUpstreamLosesEveryConnection(Response lost) {
        for (int i = 0; i < 300; i++) {
            relay.upstream.answer(lost);
        }
        relay.accept("scan@contoso.example", SCAN, ANNA);
        for (int hour = 0; hour < 24 * 7; hour++) {
            relay.deliverDue();
            relay.clock.advance(Duration.ofHours(1));
            relay.check();
        }
        assertThat(relay.journal.lines("unreachable")).hasSize(1);
        assertThat(relay.journal.lines("failed")).isEmpty();
        assertThat(relay.upstream.sent()).as("at most once an hour").hasSizeLessThan(24 * 7 + 1);
    }

    @Test
    void aMessageWhoseConnectionAloneIsLostExpires() {
        for (int i = 0; i < 3000; i++) {
            relay.upstream.answer(recipient ->
                    recipient.address().toString().equals(BERT) ? FakeUpstream.network(Step.CONTENT) : FakeUpstream.OK);
        }
        relay.accept(null, SCAN, BERT);
        for (int hour = 0; hour < 24 * 6; hour++) {
            relay.accept(null, SCAN, ANNA);
            relay.deliverDue();
            relay.clock.advance(Duration.ofHours(1));
            relay.check();
        }
        assertThat(relay.journal.lines("failed")).singleElement().asString().contains(BERT);
        assertThat(relay.journal.lines("unreachable")).isEmpty();
    }

    private static Stream<Response> lostInTheMiddle() {
        return Stream.of(
                FakeUpstream.network(Step.CONTENT),
                new Response(
                        Step.END_OF_CONTENT,
                        Reply.plain(503, "ServiceUnavailable: The service is unavailable."),
                        Origin.GRAPH));
    }

    @Test
    void aCheckRefusedForAnotherReasonReportsThatReason() throws Exception {
        relay.upstream.answer(FakeUpstream.network(Step.CONNECT)).failCheck(WRONG_PASSWORD);
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        relay.clock.advance(Duration.ofSeconds(1));
        relay.check();
        assertThat(relay.journal.events()).containsExactly("unreachable", "blocked");
        assertThat(relay.sender.failover().untilNextAttempt()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void tooManyConnectionsLowerTheLimitAndCountAsNoAttempt() throws Exception {
        reopen(new AccountLimits(null, 1, 3, null));
        relay.upstream.answer(TOO_MANY).answer(TOO_MANY);
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.accept("scan@contoso.example", SCAN, BERT);
        relay.deliverDue();
        assertThat(relay.sender.account().concurrencyLimiter().limit()).isEqualTo(1);
        assertThat(relay.sender.failover().isOpen()).isTrue();
        relay.deliverDue();
        assertThat(relay.journal.events()).containsExactly("throttled", "delivered", "delivered");
        assertThat(relay.journal.lines("delivered"))
                .allSatisfy(line -> assertThat(line).contains("attempt 1"));
    }

    @Test
    void waitsUntilTheDailyQuotaHasRoom() throws Exception {
        reopen(new AccountLimits(null, 1, 2, 2));
        relay.accept("scan@contoso.example", SCAN, ANNA, BERT);
        relay.deliverDue();
        relay.accept("scan@contoso.example", SCAN, ANNA, BERT);
        relay.deliverDue();
        assertThat(relay.sender.failover().isOpen()).isFalse();
        assertThat(relay.journal.lines("blocked"))
                .singleElement()
                .asString()
                .contains("recipients-per-day", "until 2026-11-22T08:10:00Z");
        relay.clock.advance(Duration.ofDays(1).plusMinutes(10));
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered"))
                .hasSize(4)
                .allSatisfy(line -> assertThat(line).contains("attempt 1"));
        assertThat(relay.journal.lines("unblocked")).hasSize(1);
    }

    @Test
    void aMessageWithMoreRecipientsThanTheQuotaHasLeftDelaysNoOther() throws Exception {
        reopen(new AccountLimits(null, 1, 2, 3));
        relay.accept("scan@contoso.example", SCAN, ANNA, BERT);
        relay.deliverDue();
        relay.accept("scan@contoso.example", SCAN, ANNA, BERT);
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        assertThat(relay.journal.events()).containsExactly("delivered", "delivered", "delivered");
        relay.clock.advance(Duration.ofDays(1).plusMinutes(10));
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered"))
                .hasSize(5)
                .allSatisfy(line -> assertThat(line).contains("attempt 1"));
    }

    @Test
    void aPoolMessageDoesNotWaitForQuotaThatAnotherMailboxHas() throws Exception {
        reopen(new AccountLimits(null, 1, 2, 1));
        DeliveryFixture.Member other = member("b@contoso.example", account("b@contoso.example"));
        relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        relay.acceptForPool(SCAN, BERT);
        relay.deliverDue();
        relay.queue.claims().releaseToPools(relay.sender.claimScope());
        relay.deliverDue(other);
        assertThat(graph.sent()).hasSize(1);
    }

    @Test
    void waitsAMinuteForReservedQuotaWithoutReportingABlock() throws Exception {
        reopen(new AccountLimits(null, 1, 2, 10));
        relay.accept(null, SCAN, recipients(4));
        relay.deliverDue();
        relay.accept(null, SCAN, recipients(6));
        relay.upstream.answer(recipient -> {
            if (recipient.ordinal() == 0) {
                relay.accept(null, SCAN, BERT);
                relay.deliverDue();
            }
            return FakeUpstream.upstream(Step.END_OF_CONTENT, "451 4.7.0 Temporary server error. PRX4");
        });
        relay.deliverDue();
        assertThat(relay.sender.failover().untilNextAttempt()).isEqualTo(Duration.ofMinutes(1));
        relay.clock.advance(Duration.ofMinutes(1));
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered")).hasSizeGreaterThan(4);
        assertThat(relay.journal.lines("blocked")).isEmpty();
        assertThat(relay.journal.lines("unblocked")).isEmpty();
    }

    private static String[] recipients(int count) {
        return IntStream.range(0, count).mapToObj(i -> i + "@contoso.example").toArray(String[]::new);
    }

    @Test
    void onlyTheRepeatedlyRefusedAuthorIsInBackoff() throws Exception {
        relay.upstream.answer(DENIED).answer(DENIED).answer(DENIED);
        for (int i = 0; i < 5; i++) {
            relay.accept("alias@sales.example", ALIAS, ANNA);
        }
        relay.deliverDue();
        assertThat(relay.upstream.sent()).hasSize(3);
        assertThat(relay.journal.lines("backoff"))
                .singleElement()
                .asString()
                .contains("author alias@sales.example", "554 5.2.252", "until 2026-11-21T08:15:00Z");
        relay.accept("scan@contoso.example", SCAN, BERT);
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered")).hasSize(1);

        relay.clock.advance(Duration.ofMinutes(15));
        relay.upstream.answer(DENIED);
        relay.deliverDue();
        assertThat(relay.upstream.sent()).as("one tries again").hasSize(5);
        relay.clock.advance(Duration.ofMinutes(29));
        relay.deliverDue();
        assertThat(relay.upstream.sent()).as("twice as long").hasSize(5);

        relay.clock.advance(Duration.ofMinutes(1));
        relay.deliverDue();
        relay.clock.advance(Duration.ofHours(1));
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered"))
                .as("all other messages follow the probe")
                .hasSize(6);
        assertThat(relay.journal.lines("backoff")).hasSize(1);
    }

    @Test
    void onlyTheRepeatedlyRefusedRecipientIsInBackoff() throws Exception {
        for (int i = 0; i < 3; i++) {
            relay.upstream.answer(UNKNOWN);
            relay.accept(null, SCAN, ANNA);
        }
        relay.deliverDue();
        QueueId id = relay.accept(null, SCAN, ANNA, BERT);
        relay.deliverDue();
        assertThat(relay.upstream.sent().getLast().message().recipients())
                .singleElement()
                .hasToString(BERT);
        assertThat(relay.journal.lines("delivered")).singleElement().asString().contains(BERT);
        assertThat(relay.queue.notices().history(id))
                .extracting(HistoryEntry::kind)
                .contains("delivered");

        relay.clock.advance(Duration.ofMinutes(14));
        relay.deliverDue();
        assertThat(relay.upstream.sent()).hasSize(4);
        relay.clock.advance(Duration.ofMinutes(1));
        relay.deliverDue();
        assertThat(relay.journal.lines("delivered")).hasSize(2);
    }

    @Test
    void aMessageInBackoffExpiresLikeAnyOther() throws Exception {
        for (int i = 0; i < 3; i++) {
            relay.upstream.answer(UNKNOWN);
            relay.accept(null, SCAN, ANNA);
        }
        relay.deliverDue();
        relay.accept(null, SCAN, ANNA);
        relay.accept(null, SCAN, ANNA);
        relay.clock.advance(Duration.ofDays(5));
        relay.upstream.answer(UNKNOWN);
        relay.deliverDue();
        assertThat(relay.upstream.sent()).as("one has tried").hasSize(4);
        assertThat(relay.journal.lines("failed")).hasSize(5);
        assertThat(relay.due()).isEmpty();
    }

    @Test
    void notifiesTheSenderOfANonexistentRecipientTheSameDay() {
        for (int i = 0; i < 4; i++) {
            relay.upstream.answer(UNKNOWN);
            relay.accept(null, SCAN, ANNA);
        }
        relay.deliverDue();
        assertThat(relay.journal.lines("failed")).hasSize(3);
        for (int hour = 0; hour < 9; hour++) {
            relay.upstream.answer(UNKNOWN);
            relay.accept(null, SCAN, ANNA);
            relay.clock.advance(Duration.ofHours(1));
            relay.deliverDue();
        }
        relay.clock.advance(Duration.ofHours(8));
        relay.upstream.answer(UNKNOWN);
        relay.deliverDue();
        assertThat(relay.upstream.sent()).hasSizeLessThan(10);
        assertThat(relay.journal.lines("failed")).hasSize(13);
    }

    @Test
    void identicalRefusalsOfMessagesDelayNoOtherMail() {
        Response tooLarge =
                FakeUpstream.upstream(Step.END_OF_CONTENT, "552 5.3.4 Message size exceeds fixed maximum message size");
        for (int i = 0; i < 5; i++) {
            relay.upstream.answer(tooLarge);
            relay.accept(null, SCAN, ANNA);
        }
        relay.accept(null, SCAN, BERT);
        relay.deliverDue();
        assertThat(relay.journal.lines("failed")).hasSize(5);
        assertThat(relay.journal.lines("delivered")).hasSize(1);
        assertThat(relay.journal.lines("blocked")).isEmpty();
    }

    @Test
    void theHistoryNotesThatAMessageMayHaveBeenSent() throws Exception {
        Reply unavailable = Reply.plain(503, "serviceNotAvailable: The service is unavailable");
        relay.upstream.answer(new Response(Step.END_OF_CONTENT, unavailable, Origin.GRAPH));
        QueueId id = relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        assertThat(relay.journal.lines("deferred")).singleElement().asString().endsWith("may have arrived");
        assertThat(relay.queue.notices().history(id))
                .extracting(HistoryEntry::detail)
                .containsExactly(
                        "503 serviceNotAvailable: The service is unavailable (the message may have been sent)");
    }

    @Test
    void recordsTheUpstreamOfTheAttempt() throws Exception {
        reopen(DeliveryFixture.UNLIMITED, graph);
        relay.upstream.answer(WRONG_PASSWORD);
        QueueId id = relay.accept("scan@contoso.example", SCAN, ANNA);
        relay.deliverDue();
        relay.deliverDue();
        assertThat(relay.queue.notices().history(id))
                .extracting(HistoryEntry::upstream)
                .containsExactly("fake.example:587", "graph.example");
    }

    @Test
    void mailboxesOfOneAccountShareItsRateAndConnections() throws Exception {
        AccountLimits limits = new AccountLimits(30, 2, 1, 3);
        SendingAccount shared = new SendingAccount("service@contoso.example", limits, List.of(), Instant::now);
        DeliveryFixture.Member first = member("a@contoso.example", shared);
        DeliveryFixture.Member second = member("b@contoso.example", shared);
        first.sender().account().rateLimiter().take(2);
        assertThat(second.sender().account().rateLimiter().take(1)).isZero();
        assertThat(first.sender().account().concurrencyLimiter().acquire(1, Duration.ZERO))
                .isEqualTo(1);
        assertThat(second.sender().account().concurrencyLimiter().acquire(1, Duration.ZERO))
                .isZero();
    }

    @Test
    void putsAClaimBackUntriedIfTheMailboxWasBlockedInTheMeantime() throws Exception {
        relay.upstream.answer(WRONG_PASSWORD);
        IntStream.range(0, 3).forEach(_ -> relay.accept("scan@contoso.example", SCAN, ANNA));
        List<Claim> claims = relay.due();
        claims.forEach(relay::deliver);
        assertThat(relay.upstream.sent()).hasSize(1);
        assertThat(relay.due())
                .extracting(Claim::id)
                .containsExactlyElementsOf(claims.stream().map(Claim::id).toList());
    }

    @Test
    void aPoolMessageStaysWithTheMailboxThatTriedItUnlessThatIsPaused() {
        DeliveryFixture.Member other = member("b@contoso.example", account("b@contoso.example"));
        relay.upstream.answer(FakeUpstream.upstream(Step.END_OF_CONTENT, "451 4.7.0 Temporary server error. PRX4"));
        relay.acceptForPool(SCAN, ANNA);
        relay.deliverDue();
        relay.clock.advance(Duration.ofMinutes(2));
        relay.deliverDue(other);
        assertThat(graph.sent()).isEmpty();
        relay.deliverDue();
        assertThat(relay.upstream.sent()).hasSize(2);
    }

    private DeliveryFixture.Member member(String mailbox, SendingAccount account) {
        return relay.member(
                DeliveryFixture.address(mailbox), List.of(graph), account, DeliveryFixture.PROBES, relay.queue.clock());
    }

    private SendingAccount account(String name) {
        return new SendingAccount(name, DeliveryFixture.UNLIMITED, List.of(), relay.clock);
    }
}
