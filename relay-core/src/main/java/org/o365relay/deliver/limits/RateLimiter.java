package org.o365relay.deliver.limits;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Limits the messages per minute of an account with a token bucket, shared by all mailboxes that use the
/// account. Each time the upstream reports too many messages, the rate is halved, down to an eighth of the
/// limit or one message per minute. It doubles after every ten minutes without such a report, until the limit
/// is reached.
public final class RateLimiter {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    /// Messages per minute that Exchange allows: the rate that is halved if no limit is configured.
    private static final int USUAL = 30;

    private static final int MAX_HALVINGS = 3;
    private static final Duration RECOVERY = Duration.ofMinutes(10);

    /// Reports within this time after the rate was halved refer to messages that were sent before the change.
    private static final Duration REACTION = Duration.ofMinutes(1);

    private final InstantSource clock;
    private long limitInterval; // nanoseconds per message; 0 for no limit
    private int burst;
    private Instant accruedAt;
    private long credit;
    private int halvings;
    private int changes; // of the limit
    private Instant changedAt;

    /// @param perMinute average number of messages per minute; null for no limit
    /// @param burst maximum number of messages sent without a pause after an idle period; 1 or more
    RateLimiter(@Nullable Integer perMinute, int burst, InstantSource clock) {
        this.clock = clock;
        this.limitInterval = interval(perMinute);
        this.burst = burst;
        this.accruedAt = clock.instant();
        this.changedAt = accruedAt;
        this.credit = maxCredit();
    }

    private static long interval(@Nullable Integer perMinute) {
        return perMinute == null ? 0 : MINUTE / perMinute;
    }

    /// Changes the limit. The credit earned so far is kept, up to the new burst, and a lowered rate stays
    /// lowered. Wakes the threads in [#awaitNext].
    ///
    /// @param perMinute average number of messages per minute; null for no limit
    /// @param nextBurst maximum number of messages sent without a pause after an idle period; 1 or more
    synchronized void use(@Nullable Integer perMinute, int nextBurst) {
        accrue();
        limitInterval = interval(perMinute);
        burst = nextBurst;
        credit = Math.min(maxCredit(), credit);
        changes++;
        notifyAll();
    }

    private long interval() {
        if (halvings == 0) {
            return limitInterval;
        }
        long usual = limitInterval == 0 ? MINUTE / USUAL : limitInterval;
        return Math.max(usual, Math.min(usual << halvings, MINUTE));
    }

    private long maxCredit() {
        return interval() * burst;
    }

    /// Halves the rate, because the upstream reported too many messages, unless it was halved less than a
    /// minute ago or is at its minimum. The next message waits.
    ///
    /// @return whether the rate was at its limit before, so that the caller logs the change only once
    public synchronized boolean lower() {
        accrue();
        boolean isFirst = halvings == 0;
        if (isFirst || !clock.instant().isBefore(changedAt.plus(REACTION))) {
            halvings = Math.min(halvings + 1, MAX_HALVINGS);
            changedAt = clock.instant();
        }
        credit = 0;
        return isFirst;
    }

    /// @return the rate in messages per minute; empty if it is not lowered
    public synchronized Optional<Integer> lowered() {
        accrue();
        return halvings == 0 ? Optional.empty() : Optional.of(Math.toIntExact(MINUTE / interval()));
    }

    /// @return the rate in effect in messages per minute; empty if there is no limit
    public synchronized Optional<Integer> perMinute() {
        accrue();
        return interval() == 0 ? Optional.empty() : Optional.of(Math.toIntExact(MINUTE / interval()));
    }

    /// @return time until a message may be sent; zero if one may be sent now
    public synchronized Duration untilNext() {
        accrue();
        return Duration.ofNanos(Math.max(0, interval() - credit));
    }

    /// Waits until a message may be sent or the limit changes, but no longer than `atMost`.
    public synchronized void awaitNext(Duration atMost) throws InterruptedException {
        Duration pause = untilNext();
        long end = System.nanoTime() + (pause.compareTo(atMost) < 0 ? pause : atMost).toNanos();
        int known = changes;
        for (long left = end - System.nanoTime(); left > 0 && changes == known; left = end - System.nanoTime()) {
            wait(left / 1_000_000, (int) (left % 1_000_000));
        }
    }

    /// Takes one token for each message that may be sent now.
    ///
    /// @param wanted maximum number of messages
    /// @return number of messages that may be sent now
    public synchronized int take(int wanted) {
        accrue();
        long interval = interval();
        if (interval == 0) {
            return wanted;
        }
        int taken = (int) Math.min(wanted, Math.max(0, credit / interval));
        credit -= taken * interval;
        return taken;
    }

    /// Returns the tokens of messages that were not sent.
    public synchronized void refund(int count) {
        credit = Math.min(maxCredit(), credit + count * interval());
    }

    /// Raises a lowered rate after the recovery time, and adds the credit for the time since the last call.
    private void accrue() {
        Instant now = clock.instant();
        long passed = Duration.between(accruedAt, now).toNanos();
        while (halvings > 0 && !now.isBefore(changedAt.plus(RECOVERY))) {
            halvings--;
            changedAt = changedAt.plus(RECOVERY);
        }
        credit = Math.min(maxCredit(), credit + passed);
        accruedAt = now;
    }
}
