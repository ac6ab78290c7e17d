package org.o365relay.daemon.sandbox;

import java.time.Duration;

/// How much a mailbox may do. Times are Microsoft's; see [SandboxSettings#timeScale()].
///
/// @param connections signed in at once; one more gets `432 4.3.2` at MAIL
/// @param messagesPerMinute messages a minute
/// @param excessAction what becomes of more than that
/// @param recipientsPerDay in rolling 24 h; more gets SubmissionQuotaExceeded
/// @param recipientsPerMessage more get `452 4.5.3`
/// @param repeatedErrors so many equal refusals within an hour put the mailbox into the penalty box
/// @param penalty how long it stays there
/// @param sessionTime total time of a connection
/// @param graphRequests to Graph at once for an app and a mailbox; one more gets 429
public record MailboxLimits(
        int connections,
        int messagesPerMinute,
        ExcessAction excessAction,
        int recipientsPerDay,
        int recipientsPerMessage,
        int repeatedErrors,
        Duration penalty,
        Duration sessionTime,
        int graphRequests) {

    /// For any count: no limit.
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /// For load tests, and where nothing is said.
    public static final MailboxLimits NONE = new MailboxLimits(
            UNLIMITED,
            UNLIMITED,
            ExcessAction.DELAY,
            UNLIMITED,
            UNLIMITED,
            UNLIMITED,
            Duration.ofHours(24),
            Duration.ofDays(365),
            UNLIMITED);

    /// As Microsoft documents them; how many offences and how long the penalty are as people observed.
    public static final MailboxLimits MICROSOFT = new MailboxLimits(
            3, 30, ExcessAction.DELAY, 10_000, 500, 10, Duration.ofHours(24), Duration.ofMinutes(20), 4);

    /// What becomes of a message too many in a minute.
    public enum ExcessAction {
        /// It is answered late, as Microsoft does it.
        DELAY,
        /// It is only counted, see [MailboxUsage#peakPerMinute()].
        COUNT
    }

    public MailboxLimits {
        if (connections < 1
                || messagesPerMinute < 1
                || recipientsPerDay < 1
                || recipientsPerMessage < 1
                || repeatedErrors < 1
                || graphRequests < 1) {
            throw new IllegalArgumentException("a limit is at least 1");
        }
        if (!penalty.isPositive() || !sessionTime.isPositive()) {
            throw new IllegalArgumentException("a time is more than nothing");
        }
    }

    public MailboxLimits withConnections(int most) {
        return new MailboxLimits(
                most,
                messagesPerMinute,
                excessAction,
                recipientsPerDay,
                recipientsPerMessage,
                repeatedErrors,
                penalty,
                sessionTime,
                graphRequests);
    }

    public MailboxLimits withMessagesPerMinute(int most, ExcessAction newExcess) {
        return new MailboxLimits(
                connections,
                most,
                newExcess,
                recipientsPerDay,
                recipientsPerMessage,
                repeatedErrors,
                penalty,
                sessionTime,
                graphRequests);
    }

    public MailboxLimits withRecipients(int perDay, int perMessage) {
        return new MailboxLimits(
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

    public MailboxLimits withPenalty(int after, Duration time) {
        return new MailboxLimits(
                connections,
                messagesPerMinute,
                excessAction,
                recipientsPerDay,
                recipientsPerMessage,
                after,
                time,
                sessionTime,
                graphRequests);
    }

    public MailboxLimits withSessionTime(Duration most) {
        return new MailboxLimits(
                connections,
                messagesPerMinute,
                excessAction,
                recipientsPerDay,
                recipientsPerMessage,
                repeatedErrors,
                penalty,
                most,
                graphRequests);
    }

    public MailboxLimits withGraphRequests(int most) {
        return new MailboxLimits(
                connections,
                messagesPerMinute,
                excessAction,
                recipientsPerDay,
                recipientsPerMessage,
                repeatedErrors,
                penalty,
                sessionTime,
                most);
    }
}
