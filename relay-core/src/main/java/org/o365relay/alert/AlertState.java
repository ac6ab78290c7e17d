package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.StoredAlert;
import org.o365relay.time.SteadyClock.Reading;

/// A condition and the state of its notifications.
///
/// @param since when the condition was first detected; for a restored alert, the steady time is that of the
///     restart
/// @param seen when the condition was last detected, on the steady clock
/// @param ended when the alert was cleared explicitly, on the steady clock; null if it was not
/// @param stored whether the alert is stored in the queue
/// @param mailed whether an email about the alert was queued
/// @param announced whether the alert was passed to the webhook and, unless the condition is logged by an
///     event, logged
record AlertState(
        AlertCondition condition,
        Reading since,
        Instant seen,
        @Nullable Instant ended,
        boolean stored,
        boolean mailed,
        boolean announced) {

    static AlertState of(AlertCondition condition, Reading now) {
        return new AlertState(condition, now, now.steady(), null, false, false, false);
    }

    /// Restores an alert stored before a restart.
    static AlertState of(StoredAlert alert, Duration timeToClear, Instant now) {
        AlertCondition condition = new AlertCondition(
                alert.name(),
                alert.subject(),
                alert.text(),
                alert.advice(),
                null,
                null,
                timeToClear,
                AlertCondition.Reporting.RESTORED);
        return new AlertState(condition, new Reading(now, alert.since()), now, null, true, alert.emailed(), true);
    }

    /// Records that the condition was detected again.
    AlertState detectedAgain(AlertCondition again, Reading now) {
        return ended != null && !stored
                ? of(again, now)
                : new AlertState(again, since, now.steady(), null, stored, mailed, announced);
    }

    AlertState ended(Instant now) {
        return ended == null ? new AlertState(condition, since, seen, now, stored, mailed, announced) : this;
    }

    AlertState stored(boolean byEmail) {
        return new AlertState(condition, since, seen, ended, true, mailed || byEmail, announced);
    }

    AlertState withEmail() {
        return new AlertState(condition, since, seen, ended, stored, true, announced);
    }

    AlertState announced(boolean done) {
        return new AlertState(condition, since, seen, ended, stored, mailed, done);
    }

    /// @return time on the steady clock at which the alert was cleared explicitly or, if the condition is no
    ///     longer detected, at which `clearAfter` ended; null while the condition lasts
    @Nullable
    Instant clearedAt(Instant now) {
        Duration timeToClear = condition.clearAfter();
        return ended == null && timeToClear != null && !seen.plus(timeToClear).isAfter(now)
                ? seen.plus(timeToClear)
                : ended;
    }

    /// @param configured delay before a condition is reported; used unless the condition specifies its own
    ///     delay
    boolean isDue(Duration configured, Instant now) {
        Duration delay = condition.raiseAfter() == null ? configured : condition.raiseAfter();
        return !stored && !since.steady().plus(delay).isAfter(now);
    }

    /// @return whether the condition is not over, and the admin was notified or no delay applies
    boolean isActive(Instant now) {
        return clearedAt(now) == null && (Duration.ZERO.equals(condition.raiseAfter()) || stored || announced);
    }

    /// @return the alert as shown to operators
    Alert shown() {
        Alert alert = alert();
        return condition.reporting() == AlertCondition.Reporting.RESTORED
                ? new Alert(
                        alert.name(),
                        alert.since(),
                        alert.subject(),
                        alert.text() + " Reported before the restart, not detected again since.",
                        alert.advice())
                : alert;
    }

    Alert alert() {
        return new Alert(condition.name(), since.calendar(), condition.subject(), condition.text(), condition.advice());
    }

    AlertMessage raised() {
        return new AlertMessage(alert(), false, since.calendar(), !mailed);
    }

    /// @param at time on the system clock
    AlertMessage cleared(Instant at) {
        return new AlertMessage(alert(), true, at, !mailed);
    }

    StoredAlert toStoredAlert(boolean byEmail) {
        return new StoredAlert(
                condition.name(),
                since.calendar(),
                condition.subject(),
                condition.text(),
                condition.advice(),
                mailed || byEmail);
    }
}
