package org.o365relay.deliver.limits;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/// Limits the messages per minute of an account with a token bucket, shared by all mailboxes that use the
/// account.
public final class RateLimiter {

    private static final long MINUTE = Duration.ofMinutes(1).toNanos();

    private final long interval; // nanoseconds per message; 0 for no limit
    private final long maxCredit;
    private final InstantSource clock;
    private Instant accruedAt;
    private long credit;

    /// @param perMinute average number of messages per minute; null for no limit
    /// @param burst number of messages that may leave at once after an idle period; 1 or more
    RateLimiter(@Nullable Integer perMinute, int burst, InstantSource clock) {
        this.interval = perMinute == null ? 0 : MINUTE / perMinute;
        this.maxCredit = interval * burst;
        this.clock = clock;
        this.accruedAt = clock.instant();
        this.credit = maxCredit;
    }

    /// @return time until a message may leave; zero if one may leave now
    public synchronized Duration untilNext() {
        accrue();
        return Duration.ofNanos(Math.max(0, interval - credit));
    }

    /// Takes one token for each message that may be sent now.
    ///
    /// @param wanted maximum number of messages
    /// @return number of messages that may leave now
    public synchronized int take(int wanted) {
        if (interval == 0) {
            return wanted;
        }
        accrue();
        int taken = (int) Math.min(wanted, Math.max(0, credit / interval));
        credit -= taken * interval;
        return taken;
    }

    /// Returns the tokens of messages that were not sent.
    public synchronized void refund(int count) {
        credit = Math.min(maxCredit, credit + count * interval);
    }

    /// Adds the credit for the time since the last call.
    private void accrue() {
        Instant now = clock.instant();
        long passed = Duration.between(accruedAt, now).toNanos();
        credit = Math.min(maxCredit, credit + passed);
        accruedAt = now;
    }
}
