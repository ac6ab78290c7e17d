package org.o365relay.deliver;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.o365relay.mail.UsageSlot;

/// What is signed in as, and how much may leave through it, whichever mailbox and road it is.
public final class SendingAccount {

    /// How far back what was sent counts.
    public static final Duration REACH = DailyQuota.DAY;

    private final String name;
    private final RateLimiter pace;
    private final ConcurrencyLimiter connections;
    private final DailyQuota allowance;

    /// @param name in lower case
    /// @param sent recipients handed over within [#REACH]
    public SendingAccount(String name, MailboxLimits limits, List<UsageSlot> sent, InstantSource clock) {
        this.name = name;
        this.pace = new RateLimiter(limits.messagesPerMinute(), limits.burst(), clock);
        this.connections = new ConcurrencyLimiter(limits.connections(), clock);
        this.allowance = new DailyQuota(limits.recipientsPerDay(), sent, clock);
    }

    String name() {
        return name;
    }

    RateLimiter pace() {
        return pace;
    }

    ConcurrencyLimiter connections() {
        return connections;
    }

    DailyQuota allowance() {
        return allowance;
    }
}
