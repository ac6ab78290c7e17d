package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.o365relay.deliver.health.ProbeSchedule;

/// Limits the concurrent attempts of an account. The limit falls by one each time the upstream reports too
/// many connections (other programs may use the account, too), and rises by one after ten minutes without such
/// a reply.
final class ConcurrencyLimiter {

    private static final Duration RECOVERY = Duration.ofMinutes(10);
    private static final ProbeSchedule BACKOFF = new ProbeSchedule(Duration.ofSeconds(5), Duration.ofMinutes(1));

    private final int max;
    private final InstantSource clock;
    private int limit;
    private int inUse;
    private int throttled; // replies reporting too many connections in a row at a limit of 1
    private Instant changedAt;
    private Instant backoffUntil;

    /// @param limit maximum number of concurrent attempts, 1 or more
    ConcurrencyLimiter(int limit, InstantSource clock) {
        this.max = limit;
        this.limit = limit;
        this.clock = clock;
        this.changedAt = clock.instant();
        this.backoffUntil = changedAt;
    }

    /// @return the limit now in effect
    synchronized int limit() {
        recover();
        return limit;
    }

    /// Waits until at least one attempt may start.
    ///
    /// @param wanted maximum number of attempts to acquire, 1 or more
    /// @return number of attempts that may start, to be released later; 0 on timeout
    synchronized int acquire(int wanted, Duration atMost) throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        int free = free();
        for (long left = atMost.toMillis(); free <= 0 && left > 0; free = free()) {
            wait(Math.max(1, Math.min(left, Math.max(backoff().toMillis(), 1000))));
            left = (deadline - System.nanoTime()) / 1_000_000;
        }
        int acquired = Math.max(0, Math.min(wanted, free));
        inUse += acquired;
        return acquired;
    }

    synchronized void release(int count) {
        inUse -= count;
        notifyAll();
    }

    /// Records that the upstream reported too many connections.
    ///
    /// @return whether this is the first such reply, which is logged
    synchronized boolean throttled() {
        recover();
        boolean begins = limit == max && throttled == 0;
        if (limit > 1) {
            limit--;
        } else {
            backoffUntil = clock.instant().plus(BACKOFF.delay(throttled++));
        }
        changedAt = clock.instant();
        return begins;
    }

    /// Records that the upstream processed a message.
    synchronized void succeeded() {
        throttled = 0;
    }

    /// Lets attempts start again at once; the limit stays as it is.
    synchronized void endBackoff() {
        backoffUntil = clock.instant();
        notifyAll();
    }

    private int free() {
        recover();
        return backoff().isPositive() ? 0 : limit - inUse;
    }

    /// Remaining backoff; never longer than the maximum, even if the clock was set back.
    private Duration backoff() {
        Duration left = Duration.between(clock.instant(), backoffUntil);
        return left.compareTo(BACKOFF.max()) < 0 ? left : BACKOFF.max();
    }

    private void recover() {
        while (limit < max && !clock.instant().isBefore(changedAt.plus(RECOVERY))) {
            limit++;
            changedAt = changedAt.plus(RECOVERY);
        }
    }
}
