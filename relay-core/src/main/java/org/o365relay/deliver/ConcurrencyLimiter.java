package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// How many attempts an account makes at once. Falls by one each time the upstream says that it is too many,
/// because others use the account as well, and comes back by one after ten minutes without another such word.
final class ConcurrencyLimiter {

    private static final Duration RECOVERY = Duration.ofMinutes(10);
    private static final ProbeSchedule BACKOFF = new ProbeSchedule(Duration.ofSeconds(5), Duration.ofMinutes(1));

    private final int max;
    private final InstantSource clock;
    private int limit;
    private int inUse;
    private int throttled; // said in a row although there was only one
    private Instant changedAt;
    private Instant backoffUntil;

    /// @param max 1 or more
    ConcurrencyLimiter(int most, InstantSource clock) {
        this.max = most;
        this.limit = most;
        this.clock = clock;
        this.changedAt = clock.instant();
        this.backoffUntil = changedAt;
    }

    /// @return how many there may be at once now
    synchronized int limit() {
        recover();
        return limit;
    }

    /// Waits until there is at least one.
    ///
    /// @param wanted 1 or more
    /// @return how many of them there are, to be given back; 0 if there was none for so long
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

    /// The upstream says that there are too many.
    ///
    /// @return whether this begins a slower time, which the admin may want to hear of
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

    /// The upstream has taken something.
    synchronized void succeeded() {
        throttled = 0;
    }

    private int free() {
        recover();
        return backoff().isPositive() ? 0 : limit - inUse;
    }

    /// Never longer than the longest, even if the clock has been set back meanwhile.
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
