package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import org.o365relay.deliver.Response.Step;
import org.o365relay.mail.Reply;

/// Why something is closed, and when it is tried whether it still has to be.
///
/// @param end what ends it
/// @param schedule when that is tried
/// @param since when it closed
/// @param probes how many have failed
/// @param delay from the last probe to the next
/// @param until when the next one is due
record Suspension(
        Trouble trouble, End end, ProbeSchedule schedule, Instant since, int probes, Duration delay, Instant until) {

    private static final ProbeSchedule AT_ONCE = new ProbeSchedule(Duration.ZERO, Duration.ZERO);

    /// @param step where it showed
    /// @param cause what it is, in words
    /// @param advice what the admin can do; may be empty
    record Trouble(Step step, Reply reply, String cause, String advice) {

        Trouble(Step step, Reply reply, String cause) {
            this(step, reply, cause, "");
        }

        /// @return what it is and what the admin can do
        String reason() {
            return (cause + " " + advice).strip();
        }
    }

    /// What ends a closure.
    enum End {
        /// Signing in, without mail; for trouble that shows before MAIL.
        CHECK,
        /// A message that is taken.
        MESSAGE,
        /// Time.
        TIME
    }

    static Suspension of(Trouble trouble, End end, ProbeSchedule schedule, Instant now) {
        return at(trouble, end, schedule, now, 0, now);
    }

    /// @return a closure for trouble that the upstream has; how it shows says how it is found to be over
    static Suspension of(Trouble trouble, ProbeSchedule schedule, Instant now) {
        return of(trouble, end(trouble), schedule, now);
    }

    /// A probe has failed.
    Suspension again(Trouble found, ProbeSchedule nextSchedule, Instant now) {
        return at(found, end(found), nextSchedule, since, probes + 1, now);
    }

    /// Signing in comes first.
    static Suspension ofCheck(Trouble trouble, ProbeSchedule schedule, Instant now) {
        return of(trouble, End.CHECK, schedule, now);
    }

    /// A probe has failed; signing in comes first again.
    Suspension checkAgain(ProbeSchedule nextSchedule, Instant now) {
        return at(trouble, End.CHECK, nextSchedule, since, probes + 1, now);
    }

    /// Signing in has shown what it can; now a message is tried.
    Suspension thenMessage(Instant now) {
        return at(trouble, End.MESSAGE, AT_ONCE, since, probes, now);
    }

    /// A probe has failed, and said nothing about the trouble.
    Suspension again(Instant now) {
        return at(trouble, end, schedule, since, probes + 1, now);
    }

    /// A probe has shown nothing.
    Suspension later(Instant now) {
        return at(trouble, end, schedule, since, probes, now);
    }

    /// The next probe is due now. A closure that ends with time does so all the same.
    Suspension soon(Instant now) {
        return end == End.TIME || isDue(now) ? this : new Suspension(trouble, end, schedule, since, probes, delay, now);
    }

    /// Never longer than the delay that was chosen, even if the clock has been set back meanwhile.
    Duration left(Instant now) {
        Duration left = Duration.between(now, until);
        if (left.isNegative()) {
            return Duration.ZERO;
        }
        return left.compareTo(delay) < 0 ? left : delay;
    }

    boolean isDue(Instant now) {
        return left(now).isZero();
    }

    private static Suspension at(
            Trouble trouble, End end, ProbeSchedule schedule, Instant since, int probes, Instant now) {
        Duration delay = end == End.MESSAGE ? schedule.delayWithMail(probes) : schedule.delay(probes);
        return new Suspension(trouble, end, schedule, since, probes, delay, now.plus(delay));
    }

    private static End end(Trouble trouble) {
        return trouble.step().compareTo(Step.MAIL) < 0 ? End.CHECK : End.MESSAGE;
    }
}
