package org.o365relay.deliver;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.o365relay.mail.Spending;

/// What is signed in as, and how much may leave through it, whichever mailbox and road it is.
public final class Account {

    /// How far back what was sent counts.
    public static final Duration REACH = Allowance.DAY;

    private final String name;
    private final Pace pace;
    private final Connections connections;
    private final Allowance allowance;

    /// @param name in lower case
    /// @param sent recipients handed over within [#REACH]
    public Account(String name, MailboxLimits limits, List<Spending> sent, InstantSource clock) {
        this.name = name;
        this.pace = new Pace(limits.messagesPerMinute(), limits.burst(), clock);
        this.connections = new Connections(limits.connections(), clock);
        this.allowance = new Allowance(limits.recipientsPerDay(), sent, clock);
    }

    String name() {
        return name;
    }

    Pace pace() {
        return pace;
    }

    Connections connections() {
        return connections;
    }

    Allowance allowance() {
        return allowance;
    }
}
