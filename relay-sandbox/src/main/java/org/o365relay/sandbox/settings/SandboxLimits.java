package org.o365relay.sandbox.settings;

import java.time.Duration;

/// The limits of one mailbox. All durations, including the minute, hour and day in which messages, errors and
/// recipients are counted, are divided by [TenantSettings#timeScale()].
///
/// @param connections concurrent authenticated connections; any further connection gets `432 4.3.2` at MAIL
/// @param recipientsPerDay recipients within any 24 hours; a message that would exceed this number is refused
///     for all its recipients, with `SubmissionQuotaExceededException` over SMTP and
///     `ErrorSubmissionQuotaExceeded` over Graph
/// @param recipientsPerMessage recipients of one message at client submission; any further recipient gets
///     `452 4.5.3`
/// @param sessionTime maximum duration of a connection to client submission or the MX
/// @param graphRequests concurrent Graph requests per app and mailbox; any further request gets 429
public record SandboxLimits(
        int connections,
        Rate rate,
        int recipientsPerDay,
        int recipientsPerMessage,
        Penalty penalty,
        Duration sessionTime,
        int graphRequests) {

    /// Disables a limit; can be used for every limit on a count.
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /// No limits: the default, also used for load tests.
    public static final SandboxLimits NONE = new SandboxLimits(
            UNLIMITED,
            new Rate(UNLIMITED, ExcessAction.DELAY),
            UNLIMITED,
            UNLIMITED,
            new Penalty(UNLIMITED, Duration.ofHours(24)),
            Duration.ofDays(365),
            UNLIMITED);

    /// The limits that Microsoft documents; the threshold and duration of the penalty are those that users have
    /// observed.
    public static final SandboxLimits MICROSOFT = new SandboxLimits(
            3,
            new Rate(30, ExcessAction.DELAY),
            10_000,
            500,
            new Penalty(10, Duration.ofHours(24)),
            Duration.ofMinutes(20),
            4);

    public record Rate(int messagesPerMinute, ExcessAction excessAction) {
        public Rate {
            requirePositive(messagesPerMinute);
        }
    }

    /// What client submission does with messages that exceed the limit per minute.
    public enum ExcessAction {
        /// Delay the reply, as Exchange Online does.
        DELAY,
        /// Accept the message without delay; only count it.
        COUNT
    }

    /// The penalty for repeated errors: after `repeatedErrors` refusals of the same kind within an hour, client
    /// submission refuses all mail of the mailbox for `duration`.
    public record Penalty(int repeatedErrors, Duration duration) {
        public Penalty {
            requirePositive(repeatedErrors);
            requirePositive(duration);
        }
    }

    public SandboxLimits {
        requirePositive(connections);
        requirePositive(recipientsPerDay);
        requirePositive(recipientsPerMessage);
        requirePositive(sessionTime);
        requirePositive(graphRequests);
    }

    private static void requirePositive(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("a limit must be at least 1");
        }
    }

    private static void requirePositive(Duration limit) {
        if (!limit.isPositive()) {
            throw new IllegalArgumentException("penalty and session time must be positive");
        }
    }

    public SandboxLimits withConnections(int limit) {
        return new SandboxLimits(
                limit, rate, recipientsPerDay, recipientsPerMessage, penalty, sessionTime, graphRequests);
    }

    public SandboxLimits with(Rate newRate) {
        return new SandboxLimits(
                connections, newRate, recipientsPerDay, recipientsPerMessage, penalty, sessionTime, graphRequests);
    }

    public SandboxLimits withRecipients(int perDay, int perMessage) {
        return new SandboxLimits(connections, rate, perDay, perMessage, penalty, sessionTime, graphRequests);
    }

    public SandboxLimits with(Penalty newPenalty) {
        return new SandboxLimits(
                connections, rate, recipientsPerDay, recipientsPerMessage, newPenalty, sessionTime, graphRequests);
    }

    public SandboxLimits withSessionTime(Duration maximum) {
        return new SandboxLimits(
                connections, rate, recipientsPerDay, recipientsPerMessage, penalty, maximum, graphRequests);
    }

    public SandboxLimits withGraphRequests(int limit) {
        return new SandboxLimits(
                connections, rate, recipientsPerDay, recipientsPerMessage, penalty, sessionTime, limit);
    }
}
