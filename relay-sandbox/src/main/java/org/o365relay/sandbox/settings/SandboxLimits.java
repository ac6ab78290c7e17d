package org.o365relay.sandbox.settings;

import java.time.Duration;

/// Limits of one mailbox. Durations are divided by [TenantSettings#timeScale()].
///
/// @param connections concurrent authenticated connections; any further connection gets `432 4.3.2` at MAIL
/// @param messagesPerMinute messages per minute
/// @param excessAction what to do with messages beyond that rate
/// @param recipientsPerDay recipients within any 24 h; further recipients get SubmissionQuotaExceeded
/// @param recipientsPerMessage recipients of one message; further recipients get `452 4.5.3`
/// @param repeatedErrors number of identical refusals within an hour after which all mail is refused
/// @param penalty how long all mail is then refused
/// @param sessionTime maximum duration of a connection
/// @param graphRequests concurrent Graph requests per app and mailbox; any further request gets 429
public record SandboxLimits(
        int connections,
        int messagesPerMinute,
        ExcessAction excessAction,
        int recipientsPerDay,
        int recipientsPerMessage,
        int repeatedErrors,
        Duration penalty,
        Duration sessionTime,
        int graphRequests) {

    /// Value of any of the counts that means no limit.
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /// No limits: the default, also used for load tests.
    public static final SandboxLimits NONE = new SandboxLimits(
            UNLIMITED,
            UNLIMITED,
            ExcessAction.DELAY,
            UNLIMITED,
            UNLIMITED,
            UNLIMITED,
            Duration.ofHours(24),
            Duration.ofDays(365),
            UNLIMITED);

    /// The limits that Microsoft documents; repeatedErrors and penalty are as observed by users.
    public static final SandboxLimits MICROSOFT = new SandboxLimits(
            3, 30, ExcessAction.DELAY, 10_000, 500, 10, Duration.ofHours(24), Duration.ofMinutes(20), 4);

    /// What to do with messages beyond the rate per minute.
    public enum ExcessAction {
        /// Delay the reply, as Exchange Online does.
        DELAY,
        /// Accept the message and only count it.
        COUNT
    }

    public SandboxLimits {
        if (connections < 1
                || messagesPerMinute < 1
                || recipientsPerDay < 1
                || recipientsPerMessage < 1
                || repeatedErrors < 1
                || graphRequests < 1) {
            throw new IllegalArgumentException("a limit must be at least 1");
        }
        if (!penalty.isPositive() || !sessionTime.isPositive()) {
            throw new IllegalArgumentException("penalty and session time must be positive");
        }
    }

    public SandboxLimits withConnections(int limit) {
        return new SandboxLimits(
                limit,
                messagesPerMinute,
                excessAction,
                recipientsPerDay,
                recipientsPerMessage,
                repeatedErrors,
                penalty,
                sessionTime,
                graphRequests);
    }

    public SandboxLimits withMessagesPerMinute(int limit, ExcessAction newExcessAction) {
        return new SandboxLimits(
                connections,
                limit,
                newExcessAction,
                recipientsPerDay,
                recipientsPerMessage,
                repeatedErrors,
                penalty,
                sessionTime,
                graphRequests);
    }

    public SandboxLimits withRecipients(int perDay, int perMessage) {
        return new SandboxLimits(
                connections,
                messagesPerMinute,
                excessAction,
                perDay,
                perMessage,
                repeatedErrors,
                penalty,
                sessionTime,
                graphRequests);
    }

    public SandboxLimits withPenalty(int afterErrors, Duration duration) {
        return new SandboxLimits(
                connections,
                messagesPerMinute,
                excessAction,
                recipientsPerDay,
                recipientsPerMessage,
                afterErrors,
                duration,
                sessionTime,
                graphRequests);
    }

    public SandboxLimits withSessionTime(Duration maximum) {
        return new SandboxLimits(
                connections,
                messagesPerMinute,
                excessAction,
                recipientsPerDay,
                recipientsPerMessage,
                repeatedErrors,
                penalty,
                maximum,
                graphRequests);
    }

    public SandboxLimits withGraphRequests(int limit) {
        return new SandboxLimits(
                connections,
                messagesPerMinute,
                excessAction,
                recipientsPerDay,
                recipientsPerMessage,
                repeatedErrors,
                penalty,
                sessionTime,
                limit);
    }
}
