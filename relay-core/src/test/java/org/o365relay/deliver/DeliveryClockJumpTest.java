package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ManualClock;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.upstream.FakeUpstream;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.notice.Language;
import org.o365relay.notice.NoticeSettings;
import org.o365relay.queue.QueueUnavailableException;

/// The system clock is set while mail is delivered, deferred, blocked and limited. What happens, and after
/// which time, is compared with a relay whose clock is right.
class DeliveryClockJumpTest {

    private static final AccountLimits LIMITS = new AccountLimits(30, 2, 3, 12);
    private static final NoticeSettings NOTICES = new NoticeSettings(
            DeliveryFixture.address("it@contoso.example"), Language.ENGLISH, ZoneOffset.UTC, Duration.ofHours(4), 2);
    private static final String ANNA = "anna@contoso.example";
    private static final String UNKNOWN = "unknown@contoso.example";
    private static final Response BUSY =
            FakeUpstream.upstream(Step.END_OF_CONTENT, "452 4.3.1 Insufficient system resources");
    private static final Response WRONG_PASSWORD = FakeUpstream.upstream(
            Step.AUTH, "535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.");
    private static final Response MICROSOFTS_QUOTA = FakeUpstream.upstream(
            Step.END_OF_CONTENT, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException;");
    private static final Response TOO_MANY =
            FakeUpstream.upstream(Step.MAIL, "432 4.3.2 Concurrent connections limit exceeded.");
    private static final Response NO_SUCH_USER = FakeUpstream.upstream(Step.RCPT, "550 5.1.10 no such user");

    private static final List<String> JUMPS =
            List.of("PT2M", "PT-2M", "PT1H", "PT-1H", "P20D", "P-20D", "P-20000D", "P20000D");

    /// A relay in all states in which something waits, and what was observed.
    private static final class Scenario implements AutoCloseable {
        private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
        private final DeliveryFixture relay;
        private final Duration jump;
        private final List<String> seen = new ArrayList<>();
        private int steps;

        Scenario(Path directory, Duration jump) throws QueueUnavailableException {
            this.relay = new DeliveryFixture(directory, clock, NOTICES, LIMITS);
            this.jump = jump;
        }

        List<String> run() {
            waitsForItsRetry();
            waitsForSuspendedUpstream();
            waitsForMicrosoftsQuota();
            waitsForBackoff();
            waitsForLowerConcurrency();
            waitsForRate();
            waitsForDailyQuota();
            waitsUntilLateAndExpired();
            return seen;
        }

        /// Sets the clock wrong before one step, right before the next, and so on.
        private void after(Duration time) {
            clock.advance(time);
            clock.jump(steps++ % 2 == 0 ? jump : jump.negated());
            relay.check();
            relay.deliverDue();
            relay.watchNotices();
            MailboxStatus status = relay.sender.failover().status();
            seen.add(steps + ": " + relay.upstream.sent().size() + " sent; "
                    + relay.journal.events() + "; " + status.state() + " for " + fromNow(status.nextProbe())
                    + " since " + fromNow(status.since()) + "; next attempt in "
                    + fromNow(relay.queue.reader().summary().nextDue())
                    + "; rate " + relay.sender.account().rateLimiter().untilNext() + "; connections "
                    + relay.sender.account().concurrencyLimiter().limit() + "; quota in " + quotaIn());
        }

        private Optional<Duration> fromNow(@Nullable Instant shown) {
            return Optional.ofNullable(shown).map(time -> Duration.between(clock.instant(), time));
        }

        private Optional<Duration> quotaIn() {
            return relay.sender
                    .account()
                    .dailyQuota()
                    .fullUntil(1)
                    .map(until -> Duration.between(relay.queue.clock().instant(), until));
        }

        private void accept(String recipient, Response... answers) {
            relay.accept("scan@contoso.example", "Subject: scan\r\n\r\nx\r\n", recipient);
            for (Response answer : answers) {
                relay.upstream.answer(answer);
            }
        }

        private void waitsForItsRetry() {
            accept(ANNA, BUSY);
            after(Duration.ZERO);
            after(Duration.ofSeconds(59));
            after(Duration.ofSeconds(10));
        }

        private void waitsForSuspendedUpstream() {
            accept(ANNA, WRONG_PASSWORD);
            after(Duration.ofSeconds(1));
            relay.upstream.failCheck(WRONG_PASSWORD);
            after(Duration.ofSeconds(59));
            after(Duration.ofSeconds(2));
            after(Duration.ofMinutes(3));
        }

        private void waitsForMicrosoftsQuota() {
            accept(ANNA, MICROSOFTS_QUOTA);
            after(Duration.ofSeconds(1));
            after(Duration.ofMinutes(30));
            after(Duration.ofMinutes(50));
        }

        private void waitsForBackoff() {
            for (int i = 0; i < 3; i++) {
                accept(UNKNOWN, NO_SUCH_USER);
            }
            after(Duration.ofSeconds(1));
            accept(UNKNOWN, NO_SUCH_USER);
            after(Duration.ofSeconds(1));
            after(Duration.ofMinutes(14));
            after(Duration.ofMinutes(2));
        }

        private void waitsForLowerConcurrency() {
            accept(ANNA, TOO_MANY, TOO_MANY);
            after(Duration.ofMinutes(1));
            after(Duration.ofMinutes(9));
            after(Duration.ofMinutes(2));
            after(Duration.ofMinutes(10));
        }

        private void waitsForRate() {
            relay.sender.account().rateLimiter().take(2);
            after(Duration.ofSeconds(1));
            after(Duration.ofSeconds(1));
        }

        private void waitsForDailyQuota() {
            for (int i = 0; i < 12; i++) {
                accept(ANNA);
            }
            after(Duration.ofSeconds(1));
            after(Duration.ofHours(10));
            after(Duration.ofHours(15));
            after(Duration.ofMinutes(10));
        }

        private void waitsUntilLateAndExpired() {
            accept(ANNA);
            for (int i = 0; i < 30; i++) {
                relay.upstream.answer(BUSY);
                after(Duration.ofHours(5));
            }
        }

        @Override
        public void close() {
            relay.close();
        }
    }

    private static List<String> run(Path directory, Duration jump) throws QueueUnavailableException {
        try (Scenario scenario = new Scenario(directory.resolve(jump.toString()), jump)) {
            return scenario.run();
        }
    }

    @Test
    void everythingTakesAsLongAsWithARightClock(@TempDir Path directory) throws QueueUnavailableException {
        List<String> seen = run(directory, Duration.ZERO);
        hasEveryState(seen);
        for (String jump : JUMPS) {
            assertThat(run(directory, Duration.parse(jump))).as(jump).containsExactlyElementsOf(seen);
        }
    }

    private static void hasEveryState(List<String> seen) {
        assertThat(seen.getLast())
                .contains("deferred", "blocked", "unblocked", "backoff", "throttled", "delayed", "failed");
        assertThat(seen.toString())
                .contains("BLOCKED", "connections 2", "connections 3", "rate PT1S", "quota in Optional[PT");
    }

    /// A message that was tried often enough expires at its next failure if it is older than the retry time.
    @ParameterizedTest
    @ValueSource(strings = {"PT2M", "PT-1H", "P20D", "P-20D", "P20000D"})
    void noMessageExpiresBecauseTheClockIsSetWhileTheRelayIsStopped(Duration jump, @TempDir Path directory)
            throws QueueUnavailableException {
        ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
        try (DeliveryFixture relay = new DeliveryFixture(directory, clock, DeliveryFixture.NOTICES, LIMITS)) {
            for (int i = 0; i < 6; i++) {
                relay.accept("scan@contoso.example", "Subject: scan\r\n\r\nx\r\n", ANNA);
            }
            failForHours(relay, clock, 10);
        }
        clock.jump(jump);
        try (DeliveryFixture relay = new DeliveryFixture(directory, clock, DeliveryFixture.NOTICES, LIMITS)) {
            failForHours(relay, clock, 4);
            assertThat(relay.journal.lines("failed")).isEmpty();
            clock.advance(Duration.ofHours(2));
            relay.deliverDue();
            assertThat(relay.journal.lines("delivered")).hasSize(6);
        }
    }

    @Test
    void datesAMessageAcceptedIn1970AtItsDelivery(@TempDir Path directory) throws QueueUnavailableException {
        ManualClock clock = new ManualClock("1970-01-01T00:00:30Z");
        try (DeliveryFixture relay = new DeliveryFixture(directory, clock, DeliveryFixture.NOTICES, LIMITS)) {
            relay.accept("scan@contoso.example", "Subject: scan\r\n\r\nx\r\n", ANNA);
            String dated = "Date: Thu, 1 Jan 1970 00:00:07 +0000\r\nSubject: dated by the device\r\n\r\nx\r\n";
            relay.accept("scan@contoso.example", dated, ANNA);
            clock.set(Instant.parse("2027-03-01T09:30:00Z"));
            relay.deliverDue();
            assertThat(relay.upstream.sent().get(0).content())
                    .contains("\r\nDate: Mon, 1 Mar 2027 09:30:00 +0000\r\n", ";\r\n\tMon, 1 Mar 2027 09:30:00 +0000")
                    .doesNotContain("1970");
            assertThat(relay.upstream.sent().get(1).content())
                    .contains("\r\nDate: Thu, 1 Jan 1970 00:00:07 +0000\r\n", ";\r\n\tMon, 1 Mar 2027 09:30:00 +0000");
        }
    }

    private static void failForHours(DeliveryFixture relay, ManualClock clock, int hours) {
        for (int hour = 0; hour < hours; hour++) {
            for (int i = 0; i < 6; i++) {
                relay.upstream.answer(BUSY);
            }
            relay.deliverDue();
            clock.advance(Duration.ofMinutes(67));
        }
    }
}
