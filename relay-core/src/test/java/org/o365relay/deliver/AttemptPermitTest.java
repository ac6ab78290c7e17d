package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.o365relay.ManualClock;
import org.o365relay.deliver.AttemptPermit.Start;
import org.o365relay.deliver.health.HealthEvent.Pause;
import org.o365relay.deliver.health.UpstreamFailover;
import org.o365relay.deliver.limits.AccountLimits;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.upstream.FakeUpstream;

/// An account with 4 connections, a burst of 3 messages and 5 recipients a day, and an upstream with 10
/// connections.
class AttemptPermitTest {

    private static final AccountLimits LIMITS = new AccountLimits(1, 3, 4, 5);

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private Runnable duringTheWait = () -> {};
    private final SendingAccount account =
            new SendingAccount(DeliveryFixture.MAILBOX.toString(), LIMITS, List.of(), this::now);
    private final UpstreamFailover failover = new UpstreamFailover(
            DeliveryFixture.MAILBOX, List.of(new FakeUpstream(10)), DeliveryFixture.PROBES, _ -> {}, clock.steady());

    private Instant now() {
        duringTheWait.run();
        return clock.instant();
    }

    @Test
    void grantsAsManyPermitsAsTheTightestLimitAllows() throws Exception {
        List<AttemptPermit> permits = await();
        assertThat(permits).as("the rate").hasSize(3);
        assertThat(account.concurrencyLimiter().acquire(4, Duration.ZERO))
                .as("the connection that no message may use is not held")
                .isEqualTo(1);
    }

    @Test
    void returnsUnusedResources() throws Exception {
        await().forEach(AttemptPermit::close);
        assertReturned(3, 0);
    }

    @Test
    void countsADeliveredMessage() throws Exception {
        AttemptPermit permit = one();
        assertThat(permit.begin(3)).isInstanceOf(Start.Permitted.class);
        assertThat(failover.freeSlots()).isEqualTo(9);
        assertThat(account.dailyQuota().hasReservations()).isTrue();

        permit.attempted(2, true);
        assertThat(account.dailyQuota().hasReservations()).isFalse();
        permit.close();
        assertReturned(2, 2);
    }

    @Test
    void refundsTheRateIfMailWasNotReached() throws Exception {
        AttemptPermit permit = one();
        permit.begin(3);
        permit.attempted(0, false);
        permit.close();
        assertReturned(3, 0);
    }

    @Test
    void returnsTheReservationOfAnAttemptThatFailedWithABug() throws Exception {
        AttemptPermit permit = one();
        permit.begin(3);
        permit.close();
        assertReturned(2, 0); // the message may have been sent
    }

    @Test
    void returnsEverythingIfNoUpstreamIsAvailable() throws Exception {
        AttemptPermit permit = one();
        failover.apply(new Pause(clock.instant(), "olga"));
        assertThat(permit.begin(3)).isInstanceOf(Start.NoUpstream.class);
        permit.close();
        failover.resume(null);
        assertReturned(3, 0);
    }

    @Test
    void returnsEverythingIfTheQuotaIsUsedUp() throws Exception {
        account.dailyQuota().reserve(4);
        account.dailyQuota().settle(4, 4);
        AttemptPermit permit = one();
        assertThat(permit.begin(2)).isInstanceOf(Start.QuotaUsedUp.class);
        permit.close();
        assertReturned(3, 4);
    }

    @Test
    void grantsNoPermitsIfTheUpstreamBecomesUnavailableDuringTheWait() throws Exception {
        duringTheWait = () -> failover.apply(new Pause(clock.instant(), "olga"));
        assertThat(await()).isEmpty();
        duringTheWait = () -> {};
        failover.resume(null);
        assertReturned(3, 0);
    }

    private List<AttemptPermit> await() throws InterruptedException {
        return AttemptPermit.await(failover, account, Duration.ZERO);
    }

    /// @return one permit, after the others were closed
    private AttemptPermit one() throws InterruptedException {
        List<AttemptPermit> permits = await();
        permits.subList(1, permits.size()).forEach(AttemptPermit::close);
        return permits.getFirst();
    }

    /// @param messages that the rate still allows
    /// @param recipients that count against the daily quota
    private void assertReturned(int messages, int recipients) throws InterruptedException {
        assertThat(failover.freeSlots()).as("connections of the upstream").isEqualTo(10);
        assertThat(account.dailyQuota().hasReservations()).as("reservations").isFalse();
        assertThat(account.dailyQuota().fullUntil(5 - recipients)).as("quota").isEmpty();
        assertThat(recipients == 0
                        || account.dailyQuota().fullUntil(6 - recipients).isPresent())
                .as("quota used")
                .isTrue();
        assertThat(account.rateLimiter().take(10)).as("rate").isEqualTo(messages);
        assertThat(account.concurrencyLimiter().acquire(10, Duration.ZERO))
                .as("connections of the account")
                .isEqualTo(4);
    }
}
