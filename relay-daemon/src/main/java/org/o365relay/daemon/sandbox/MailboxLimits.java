package org.o365relay.daemon.sandbox;

import java.time.Duration;

/// How much a mailbox may do. Times are Microsoft's; see [SandboxSettings#timeScale()].
///
/// @param connections signed in at once; one more gets `432 4.3.2` at MAIL
/// @param perMinute messages a minute
/// @param excess what becomes of more than that
/// @param recipientsPerDay in rolling 24 h; more gets SubmissionQuotaExceeded
/// @param recipientsPerMessage more get `452 4.5.3`
/// @param offences so many equal refusals within an hour put the mailbox into the penalty box
/// @param penalty how long it stays there
/// @param session total time of a connection
/// @param requests to Graph at once for an app and a mailbox; one more gets 429
public record MailboxLimits(
        int connections,
        int perMinute,
        Excess excess,
        int recipientsPerDay,
        int recipientsPerMessage,
        int offences,
        Duration penalty,
        Duration session,
        int requests) {

    /// For any count: no limit.
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /// For load tests, and where nothing is said.
    public static final MailboxLimits NONE = new MailboxLimits(
            UNLIMITED,
            UNLIMITED,
            Excess.DELAY,
            UNLIMITED,
            UNLIMITED,
            UNLIMITED,
            Duration.ofHours(24),
            Duration.ofDays(365),
            UNLIMITED);

    /// As Microsoft documents them; how many offences and how long the penalty are as people observed.
    public static final MailboxLimits MICROSOFT =
            new MailboxLimits(3, 30, Excess.DELAY, 10_000, 500, 10, Duration.ofHours(24), Duration.ofMinutes(20), 4);

    /// What becomes of a message too many in a minute.
    public enum Excess {
        /// It is answered late, as Microsoft does it.
        DELAY,
        /// It is only counted, see [MailboxUsage#mostPerMinute()].
        COUNT
    }

    public MailboxLimits {
        if (connections < 1
                || perMinute < 1
                || recipientsPerDay < 1
                || recipientsPerMessage < 1
                || offences < 1
                || requests < 1) {
            throw new IllegalArgumentException("a limit is at least 1");
        }
        if (!penalty.isPositive() || !session.isPositive()) {
            throw new IllegalArgumentException("a time is more than nothing");
        }
    }

    public MailboxLimits withConnections(int most) {
        return new MailboxLimits(
                most, perMinute, excess, recipientsPerDay, recipientsPerMessage, offences, penalty, session, requests);
    }

    public MailboxLimits withPerMinute(int most, Excess newExcess) {
        return new MailboxLimits(
                connections,
                most,
                newExcess,
                recipientsPerDay,
                recipientsPerMessage,
                offences,
                penalty,
                session,
                requests);
    }

    public MailboxLimits withRecipients(int perDay, int perMessage) {
        return new MailboxLimits(
                connections, perMinute, excess, perDay, perMessage, offences, penalty, session, requests);
    }

    public MailboxLimits withPenalty(int after, Duration time) {
        return new MailboxLimits(
                connections, perMinute, excess, recipientsPerDay, recipientsPerMessage, after, time, session, requests);
    }

    public MailboxLimits withSession(Duration most) {
        return new MailboxLimits(
                connections,
                perMinute,
                excess,
                recipientsPerDay,
                recipientsPerMessage,
                offences,
                penalty,
                most,
                requests);
    }

    public MailboxLimits withRequests(int most) {
        return new MailboxLimits(
                connections,
                perMinute,
                excess,
                recipientsPerDay,
                recipientsPerMessage,
                offences,
                penalty,
                session,
                most);
    }
}
