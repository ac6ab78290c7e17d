package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import org.o365relay.deliver.Response.Step;
import org.o365relay.mail.Reply;

/// Why something is closed, and when it is tried whether it still has to be.
///
/// @param endedBy what ends it
/// @param schedule when that is tried
/// @param since when it closed
/// @param failedProbes how many have failed
/// @param delay from the last probe to the next
/// @param nextProbe when the next one is due
record Suspension(
        Cause cause,
        EndedBy endedBy,
        ProbeSchedule schedule,
        Instant since,
        int failedProbes,
        Duration delay,
        Instant nextProbe) {

    private static final ProbeSchedule AT_ONCE = new ProbeSchedule(Duration.ZERO, Duration.ZERO);

    /// @param step where it showed
    /// @param explanation what it is, in words
    /// @param advice what the admin can do; may be empty
    record Cause(Step step, Reply reply, String explanation, String advice) {

        Cause(Step step, Reply reply, String cause) {
            this(step, reply, cause, "");
        }

        /// @return what it is and what the admin can do
        String text() {
            return (explanation + " " + advice).strip();
        }
    }

    /// What ends a closure.
    enum EndedBy {
        /// Signing in, without mail; for trouble that shows before MAIL.
        CHECK,
        /// A message that is taken.
        MESSAGE,
        /// Time.
        TIME
    }

    static Suspension of(Cause trouble, EndedBy end, ProbeSchedule schedule, Instant now) {
        return at(trouble, end, schedule, now, 0, now);
    }

    /// @return a closure for trouble that the upstream has; how it shows says how it is found to be over
    static Suspension of(Cause trouble, ProbeSchedule schedule, Instant now) {
        return of(trouble, endedBy(trouble), schedule, now);
    }

    /// A probe has failed.
    Suspension probeFailed(Cause found, ProbeSchedule nextSchedule, Instant now) {
        return at(found, endedBy(found), nextSchedule, since, failedProbes + 1, now);
    }

    /// Signing in comes first.
    static Suspension endedByCheck(Cause trouble, ProbeSchedule schedule, Instant now) {
        return of(trouble, EndedBy.CHECK, schedule, now);
    }

    /// A probe has failed; signing in comes first again.
    Suspension checkFailed(ProbeSchedule nextSchedule, Instant now) {
        return at(cause, EndedBy.CHECK, nextSchedule, since, failedProbes + 1, now);
    }

    /// Signing in has shown what it can; now a message is tried.
    Suspension probedByMessage(Instant now) {
        return at(cause, EndedBy.MESSAGE, AT_ONCE, since, failedProbes, now);
    }

    /// A probe has failed, and said nothing about the trouble.
    Suspension probeFailed(Instant now) {
        return at(cause, endedBy, schedule, since, failedProbes + 1, now);
    }

    /// A probe has shown nothing.
    Suspension rescheduled(Instant now) {
        return at(cause, endedBy, schedule, since, failedProbes, now);
    }

    /// The next probe is due now. A closure that ends with time does so all the same.
    Suspension dueNow(Instant now) {
        return endedBy == EndedBy.TIME || isDue(now)
                ? this
                : new Suspension(cause, endedBy, schedule, since, failedProbes, delay, now);
    }

    /// Never longer than the delay that was chosen, even if the clock has been set back meanwhile.
    Duration remaining(Instant now) {
        Duration left = Duration.between(now, nextProbe);
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(delay) < 0 ? left : delay;
    }

    boolean isDue(Instant now) {
        return remaining(now).isZero();
    }

    private static Suspension at(
            Cause trouble, EndedBy end, ProbeSchedule schedule, Instant since, int probes, Instant now) {
        Duration delay = end == EndedBy.MESSAGE ? schedule.messageDelay(probes) : schedule.delay(probes);
        return new Suspension(trouble, end, schedule, since, probes, delay, now.plus(delay));
    }

    private static EndedBy endedBy(Cause trouble) {
        return trouble.step().compareTo(Step.MAIL) < 0 ? EndedBy.CHECK : EndedBy.MESSAGE;
    }
}
