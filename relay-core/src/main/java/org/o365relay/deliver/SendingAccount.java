package org.o365relay.deliver;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.o365relay.mail.UsageSlot;

/// What is signed in as, and how much may leave through it, whichever mailbox and road it is.
public final class SendingAccount {

    /// How far back what was sent counts.
    public static final Duration QUOTA_WINDOW = DailyQuota.WINDOW;

    private final String name;
    private final RateLimiter rateLimiter;
    private final ConcurrencyLimiter concurrencyLimiter;
    private final DailyQuota dailyQuota;

    /// @param name in lower case
    /// @param sent recipients handed over within [#QUOTA_WINDOW]
    public SendingAccount(String name, MailboxLimits limits, List<UsageSlot> sent, InstantSource clock) {
        this.name = name;
        this.rateLimiter = new RateLimiter(limits.messagesPerMinute(), limits.burst(), clock);
        this.concurrencyLimiter = new ConcurrencyLimiter(limits.connections(), clock);
        this.dailyQuota = new DailyQuota(limits.recipientsPerDay(), sent, clock);
    }

    String name() {
        return name;
    }

    RateLimiter rateLimiter() {
        return rateLimiter;
    }

    ConcurrencyLimiter concurrencyLimiter() {
        return concurrencyLimiter;
    }

    DailyQuota dailyQuota() {
        return dailyQuota;
    }
}
