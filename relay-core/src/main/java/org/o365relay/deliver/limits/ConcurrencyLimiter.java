package org.o365relay.deliver.limits;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// Limits the number of concurrent attempts of an account. When the upstream reports too many connections,
/// possibly because other programs use the same account, the limit falls by one; if the limit is already 1, new
/// attempts are delayed by 5 seconds to a minute instead. The limit rises by one after every ten minutes
/// without such a report.
public final class ConcurrencyLimiter {

    private static final Duration RECOVERY = Duration.ofMinutes(10);
    private static final Duration MIN_BACKOFF = Duration.ofSeconds(5);
    private static final Duration MAX_BACKOFF = Duration.ofMinutes(1);

    private final InstantSource clock;
    private int max;
    private int limit;
    private int inUse;
    private int throttled; // consecutive reports of too many connections while the limit is 1
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

    /// Changes the maximum. Attempts in progress beyond it continue. If reports have lowered the limit, it
    /// stays the same number below the new maximum, but at least 1.
    ///
    /// @param nextMax maximum number of concurrent attempts, 1 or more
    synchronized void use(int nextMax) {
        recover();
        limit = Math.max(1, limit + nextMax - max);
        max = nextMax;
        notifyAll();
    }

    public synchronized int limit() {
        recover();
        return limit;
    }

    /// @return number of attempts in progress
    synchronized int inUse() {
        return inUse;
    }

    /// @return whether as many attempts are in progress as the limit allows, even if new attempts are delayed
    public synchronized boolean isFull() {
        recover();
        return inUse >= limit;
    }

    /// @return when new attempts may start again; empty if they are not delayed
    synchronized Optional<Instant> backoffUntil() {
        return backoff().isPositive() ? Optional.of(backoffUntil) : Optional.empty();
    }

    /// Waits until at least one attempt may start, or until the wait times out.
    ///
    /// @param wanted maximum number of attempts to acquire, 1 or more
    /// @return number of attempts that the caller may start and must later release; 0 if the wait timed out
    public synchronized int acquire(int wanted, Duration atMost) throws InterruptedException {
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

    public synchronized void release(int count) {
        inUse -= count;
        notifyAll();
    }

    /// Records that the upstream reported too many connections.
    ///
    /// @return whether throttling begins with this report, so that the caller logs it only once
    public synchronized boolean throttled() {
        recover();
        boolean isFirst = limit == max && throttled == 0;
        if (limit > 1) {
            limit--;
        } else {
            Duration doubled = MIN_BACKOFF.multipliedBy(1L << Math.min(throttled++, 10));
            backoffUntil = clock.instant().plus(shorter(doubled, MAX_BACKOFF));
        }
        changedAt = clock.instant();
        return isFirst;
    }

    /// Records that the upstream accepted a message, or permanently refused a message or recipient.
    public synchronized void messageProcessed() {
        throttled = 0;
    }

    /// Ends the delay of new attempts. The limit remains unchanged.
    public synchronized void endBackoff() {
        backoffUntil = clock.instant();
        notifyAll();
    }

    private int free() {
        recover();
        return backoff().isPositive() ? 0 : limit - inUse;
    }

    /// Remaining delay of new attempts; negative if it is over.
    private Duration backoff() {
        return Duration.between(clock.instant(), backoffUntil);
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private void recover() {
        while (limit < max && !clock.instant().isBefore(changedAt.plus(RECOVERY))) {
            limit++;
            changedAt = changedAt.plus(RECOVERY);
        }
    }
}
