package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.StoredAlert;

/// A trouble, and how far the admin knows of it.
///
/// @param since when it began
/// @param seen when it was found last
/// @param ended when it was said to be over; null while it is not
/// @param stored whether the queue remembers that it was told
/// @param mailed whether a letter has told of it
/// @param announced whether the webhook and the log know of it
record AlertState(
        AlertCondition condition,
        Instant since,
        Instant seen,
        @Nullable Instant ended,
        boolean stored,
        boolean mailed,
        boolean announced) {

    static AlertState of(AlertCondition trouble, Instant now) {
        return new AlertState(trouble, now, now, null, false, false, false);
    }

    /// As it was told before a restart.
    static AlertState of(StoredAlert alert, Duration lasts, Instant now) {
        AlertCondition trouble = new AlertCondition(
                alert.name(),
                alert.subject(),
                alert.text(),
                alert.advice(),
                null,
                null,
                lasts,
                AlertCondition.Reporting.RESTORED);
        return new AlertState(trouble, alert.since(), now, null, true, alert.emailed(), true);
    }

    /// It was found again.
    AlertState seenAgain(AlertCondition found, Instant now) {
        return ended != null && !stored ? of(found, now) : new AlertState(found, since, now, null, stored, mailed, announced);
    }

    AlertState ended(Instant now) {
        return ended == null ? new AlertState(condition, since, seen, now, stored, mailed, announced) : this;
    }

    AlertState stored(boolean byLetter) {
        return new AlertState(condition, since, seen, ended, true, mailed || byLetter, announced);
    }

    AlertState announced(boolean ofIt) {
        return new AlertState(condition, since, seen, ended, stored, mailed, ofIt);
    }

    /// @return since when it is over; null if it is not
    @Nullable
    Instant clearedAt(Instant now) {
        Duration lasts = condition.clearAfter();
        return ended == null && lasts != null && !seen.plus(lasts).isAfter(now) ? seen.plus(lasts) : ended;
    }

    /// @param usual how long it has to last
    boolean isDue(Duration usual, Instant now) {
        Duration patience = condition.raiseAfter() == null ? usual : condition.raiseAfter();
        return !stored && !since.plus(patience).isAfter(now);
    }

    Alert alert() {
        return new Alert(condition.name(), since, condition.subject(), condition.text(), condition.advice());
    }

    AlertMessage raised() {
        return new AlertMessage(alert(), false, since, !mailed);
    }

    AlertMessage cleared(Instant at) {
        return new AlertMessage(alert(), true, at, !mailed);
    }

    StoredAlert toStoredAlert(boolean byLetter) {
        return new StoredAlert(
                condition.name(), since, condition.subject(), condition.text(), condition.advice(), mailed || byLetter);
    }
}
