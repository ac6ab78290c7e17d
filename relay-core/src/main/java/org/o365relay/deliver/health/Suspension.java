package org.o365relay.deliver.health;

import java.time.Duration;
import java.time.Instant;

/// Why an upstream is suspended or retried, or a mailbox is blocked, and when the next probe is due.
///
/// @param endedBy what ends the suspension
/// @param schedule schedule of the probes
/// @param since when the suspension began
/// @param delay time between the last probe and the next
/// @param nextProbe when the next probe is due or, with [EndedBy#TIME], when the suspension ends
record Suspension(
        Cause cause,
        EndedBy endedBy,
        ProbeSchedule schedule,
        Instant since,
        int failedProbes,
        Duration delay,
        Instant nextProbe) {

    /// What ends a suspension.
    enum EndedBy {
        /// A successful sign-in, without sending mail; for failures before MAIL, and as the first probe of an
        /// upstream that is retried.
        CHECK,
        /// A message that the upstream accepts, or refuses permanently at the failed step or a later one. If
        /// the upstream is retried, a temporary reply to MAIL or a later command also ends it.
        MESSAGE,
        /// Time: the suspension ends at `nextProbe`, without a probe.
        TIME
    }

    /// A suspension caused by a failure of the upstream or mailbox. The failed step determines the kind of
    /// probe.
    static Suspension of(Cause cause, ProbeSchedule schedule, Instant now) {
        return at(cause, endedBy(cause), schedule, now, 0, now);
    }

    /// A suspension that is probed by signing in, whatever the failed step.
    static Suspension endedByCheck(Cause cause, Duration delay, Instant now) {
        return at(cause, EndedBy.CHECK, ProbeSchedule.every(delay), now, 0, now);
    }

    static Suspension endedByTime(Cause cause, Instant until, Instant now) {
        return at(cause, EndedBy.TIME, ProbeSchedule.every(Duration.between(now, until)), now, 0, now);
    }

    /// A copy after a failed probe, with the cause that the probe found.
    Suspension probeFailed(Cause found, ProbeSchedule nextSchedule, Instant now) {
        return at(found, endedBy(found), nextSchedule, since, failedProbes + 1, now);
    }

    /// A copy after a failed probe, with the cause unchanged.
    Suspension probeFailed(Instant now) {
        return at(cause, endedBy, schedule, since, failedProbes + 1, now);
    }

    /// A copy after a failed probe; the next probe is a sign-in.
    Suspension checkFailed(Duration nextDelay, Instant now) {
        return at(cause, EndedBy.CHECK, ProbeSchedule.every(nextDelay), since, failedProbes + 1, now);
    }

    /// A copy after a successful sign-in; the next probe sends a message and is due at once.
    Suspension probedByMessage(Instant now) {
        return at(cause, EndedBy.MESSAGE, ProbeSchedule.every(Duration.ZERO), since, failedProbes, now);
    }

    /// A copy after an inconclusive probe, which is repeated after the same delay.
    Suspension rescheduled(Instant now) {
        return at(cause, endedBy, schedule, since, failedProbes, now);
    }

    /// A copy with the next probe due now. A suspension that ends at a fixed time remains unchanged.
    Suspension dueNow(Instant now) {
        return endedBy == EndedBy.TIME || isDue(now)
                ? this
                : new Suspension(cause, endedBy, schedule, since, failedProbes, delay, now);
    }

    /// @return time until [#nextProbe]; zero if it has passed
    Duration remaining(Instant now) {
        Duration left = Duration.between(now, nextProbe);
        return left.isNegative() ? Duration.ZERO : left;
    }

    boolean isDue(Instant now) {
        return remaining(now).isZero();
    }

    private static Suspension at(
            Cause cause, EndedBy end, ProbeSchedule schedule, Instant since, int probes, Instant now) {
        Duration delay = end == EndedBy.MESSAGE ? schedule.messageDelay(probes) : schedule.delay(probes);
        return new Suspension(cause, end, schedule, since, probes, delay, now.plus(delay));
    }

    private static EndedBy endedBy(Cause cause) {
        return cause.needsMessage() ? EndedBy.MESSAGE : EndedBy.CHECK;
    }
}
