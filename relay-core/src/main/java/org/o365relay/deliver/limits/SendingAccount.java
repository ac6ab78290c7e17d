package org.o365relay.deliver.limits;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.UnaryOperator;
import org.o365relay.mail.UsageSlot;

/// The account that mailboxes sign in with, and its sending limits, shared by all mailboxes and upstreams that
/// use it.
public final class SendingAccount {

    /// Minimum time for which a recipient counts against the daily quota.
    public static final Duration QUOTA_WINDOW = DailyQuota.WINDOW;

    private final String name;
    private final InstantSource clock;
    private final RateLimiter rateLimiter;
    private final ConcurrencyLimiter concurrencyLimiter;
    private final DailyQuota dailyQuota;

    /// @param name user name of the account, in lower case
    /// @param sent number of recipients that counted within the last [#QUOTA_WINDOW], by time slot
    public SendingAccount(String name, AccountLimits limits, List<UsageSlot> sent, InstantSource clock) {
        this.name = name;
        this.clock = clock;
        this.rateLimiter = new RateLimiter(limits.messagesPerMinute(), limits.burst(), clock);
        this.concurrencyLimiter = new ConcurrencyLimiter(limits.connections(), clock);
        this.dailyQuota = new DailyQuota(limits.recipientsPerDay(), sent, clock);
    }

    /// Changes the limits. Attempts in progress, and messages and recipients that have been sent, count against
    /// the new ones.
    public void use(AccountLimits limits) {
        rateLimiter.use(limits.messagesPerMinute(), limits.burst());
        concurrencyLimiter.use(limits.connections());
        dailyQuota.use(limits.recipientsPerDay());
    }

    public String name() {
        return name;
    }

    /// @param toCalendar converts times of this account's clock to times of the system clock
    /// @return the limits and their usage
    public LimitUsage usage(UnaryOperator<Instant> toCalendar) {
        Duration untilNext = rateLimiter.untilNext();
        return new LimitUsage(
                name,
                rateLimiter.perMinute().orElse(null),
                untilNext.isZero() ? null : toCalendar.apply(clock.instant().plus(untilNext)),
                concurrencyLimiter.limit(),
                concurrencyLimiter.inUse(),
                concurrencyLimiter.backoffUntil().map(toCalendar).orElse(null),
                dailyQuota.limit().orElse(null),
                dailyQuota.counted());
    }

    public RateLimiter rateLimiter() {
        return rateLimiter;
    }

    public ConcurrencyLimiter concurrencyLimiter() {
        return concurrencyLimiter;
    }

    public DailyQuota dailyQuota() {
        return dailyQuota;
    }
}
