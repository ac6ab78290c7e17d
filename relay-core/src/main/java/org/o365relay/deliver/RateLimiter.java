package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// How fast messages may leave through an account: a token bucket. Shared by whoever sends through it.
final class RateLimiter {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final long interval; // nanoseconds that one message takes; 0 for no limit
    private final long maxCredit;
    private final InstantSource clock;
    private Instant accruedAt;
    private long credit;

    /// @param perMinute in the long run; null for no limit
    /// @param burst how many may leave at once after a pause, 1 or more
    RateLimiter(@Nullable Integer perMinute, int burst, InstantSource clock) {
        this.interval = perMinute == null ? 0 : MINUTE / perMinute;
        this.maxCredit = interval * burst;
        this.clock = clock;
        this.accruedAt = clock.instant();
        this.credit = maxCredit;
    }

    /// @return how long until a message may leave; zero if one may now
    synchronized Duration untilNext() {
        accrue();
        return Duration.ofNanos(Math.max(0, interval - credit));
    }

    /// @return how many of so many messages may leave now
    synchronized int take(int wanted) {
        if (interval == 0) {
            return wanted;
        }
        accrue();
        int taken = (int) Math.min(wanted, Math.max(0, credit / interval));
        credit -= taken * interval;
        return taken;
    }

    /// They did not leave.
    synchronized void refund(int untaken) {
        credit = Math.min(maxCredit, credit + untaken * interval);
    }

    /// A clock that is set back costs nobody anything.
    private void accrue() {
        Instant now = clock.instant();
        long passed = Math.max(0, Duration.between(accruedAt, now).toNanos());
        credit = Math.min(maxCredit, credit + passed);
        accruedAt = now;
    }
}
