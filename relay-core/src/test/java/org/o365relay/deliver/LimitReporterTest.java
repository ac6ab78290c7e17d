package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.ManualClock;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.journal.RememberingJournal;

/// The relay's own limits are logged once when they begin to delay mail.
@Timeout(30)
class LimitReporterTest {

    private static final String REACHED = "limitReached relay@contoso.example ";
    private static final String OVER = "limitOver relay@contoso.example ";

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private final RememberingJournal journal = new RememberingJournal();

    @TempDir
    private Path directory;

    private SendingAccount account(@Nullable Integer perMinute, int connections) {
        AccountLimits limits = new AccountLimits(perMinute, 1, connections, null);
        return new SendingAccount("relay@contoso.example", limits, List.of(), clock.steady());
    }

    private LimitReporter reporter(SendingAccount account) {
        return new LimitReporter(DeliveryFixture.MAILBOX, account, journal, clock.steady());
    }

    /// Checks every second for this long, while the oldest message has been due since the given time.
    private void watch(LimitReporter reporter, Duration time, @Nullable Instant due) {
        for (int i = 0; i < time.toSeconds(); i++) {
            clock.advance(Duration.ofSeconds(1));
            reporter.check(true, () -> Optional.ofNullable(due));
        }
    }

    @Test
    void reportsTheRateOnceWhenMailHasWaitedForTenSecondsAndItsEndAfterAMinute() {
        SendingAccount account = account(1, 2);
        LimitReporter reporter = reporter(account);
        account.rateLimiter().take(1);
        Instant due = clock.instant();

        watch(reporter, Duration.ofSeconds(9), due);
        assertThat(journal.lines()).isEmpty();
        watch(reporter, Duration.ofSeconds(50), due);
        assertThat(journal.lines()).containsExactly(REACHED + "MESSAGES_PER_MINUTE 1");

        watch(reporter, Duration.ofSeconds(59), null);
        assertThat(journal.lines()).hasSize(1);
        watch(reporter, Duration.ofSeconds(1), null);
        assertThat(journal.lines())
                .containsExactly(REACHED + "MESSAGES_PER_MINUTE 1", OVER + "MESSAGES_PER_MINUTE after PT49S");
        watch(reporter, Duration.ofMinutes(5), null);
        assertThat(journal.lines()).hasSize(2);
    }

    @Test
    void mailThatWaitsAgainWithinAMinuteIsNotReportedAgain() throws Exception {
        SendingAccount account = account(null, 1);
        account.concurrencyLimiter().acquire(1, Duration.ZERO);
        LimitReporter reporter = reporter(account);
        for (int i = 0; i < 5; i++) {
            watch(reporter, Duration.ofSeconds(20), clock.instant());
            watch(reporter, Duration.ofSeconds(40), null);
        }
        assertThat(journal.lines()).containsExactly(REACHED + "CONNECTIONS 1");
    }

    @Test
    void aLimitThatDelaysNoMailIsNotReported() throws Exception {
        SendingAccount account = account(1, 1);
        LimitReporter reporter = reporter(account);
        watch(reporter, Duration.ofMinutes(2), Instant.EPOCH); // mail waits, but not for a limit
        account.rateLimiter().take(1);
        account.concurrencyLimiter().acquire(1, Duration.ZERO);
        watch(reporter, Duration.ofMinutes(1), null); // both limits are used up, but no mail waits
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void mailOfABlockedMailboxDoesNotWaitForALimit() {
        SendingAccount account = account(1, 1);
        LimitReporter reporter = reporter(account);
        account.rateLimiter().take(1);
        clock.advance(Duration.ofSeconds(20));
        reporter.check(false, () -> Optional.of(Instant.EPOCH));
        assertThat(journal.lines()).isEmpty();
    }

    @Test
    void theDispatcherReportsMailThatWaitsForTheRate() throws Exception {
        try (DeliveryFixture relay = new DeliveryFixture(directory, new AccountLimits(1, 1, 2, null))) {
            relay.accept(null, "From: scan@contoso.example\r\n\r\nscan\r\n", "anna@contoso.example");
            relay.clock.advance(Duration.ofSeconds(11));
            relay.sender.account().rateLimiter().take(1);
            Dispatcher dispatcher = new Dispatcher(relay.queue.claims(), relay.sender, relay.delivery);
            dispatcher.start();
            assertThat(relay.journal.await("limitReached", 1)).containsExactly(REACHED + "MESSAGES_PER_MINUTE 1");
            dispatcher.stop(Duration.ofSeconds(5));
            assertThat(relay.upstream.sent()).isEmpty();
        }
    }
}
