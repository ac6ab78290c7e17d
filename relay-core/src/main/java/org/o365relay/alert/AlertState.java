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
/// @param told whether the queue remembers that it was told
/// @param mailed whether a letter has told of it
/// @param called whether the webhook and the log know of it
record AlertState(
        AlertCondition trouble,
        Instant since,
        Instant seen,
        @Nullable Instant ended,
        boolean told,
        boolean mailed,
        boolean called) {

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
                AlertCondition.Known.REMEMBERED);
        return new AlertState(trouble, alert.since(), now, null, true, alert.mailed(), true);
    }

    /// It was found again.
    AlertState again(AlertCondition found, Instant now) {
        return ended != null && !told ? of(found, now) : new AlertState(found, since, now, null, told, mailed, called);
    }

    AlertState ended(Instant now) {
        return ended == null ? new AlertState(trouble, since, seen, now, told, mailed, called) : this;
    }

    AlertState told(boolean byLetter) {
        return new AlertState(trouble, since, seen, ended, true, mailed || byLetter, called);
    }

    AlertState called(boolean ofIt) {
        return new AlertState(trouble, since, seen, ended, told, mailed, ofIt);
    }

    /// @return since when it is over; null if it is not
    @Nullable
    Instant overSince(Instant now) {
        Duration lasts = trouble.lasts();
        return ended == null && lasts != null && !seen.plus(lasts).isAfter(now) ? seen.plus(lasts) : ended;
    }

    /// @param usual how long it has to last
    boolean isDue(Duration usual, Instant now) {
        Duration patience = trouble.patience() == null ? usual : trouble.patience();
        return !told && !since.plus(patience).isAfter(now);
    }

    Alert alert() {
        return new Alert(trouble.name(), since, trouble.subject(), trouble.text(), trouble.advice());
    }

    AlertMessage begun() {
        return new AlertMessage(alert(), false, since, !mailed);
    }

    AlertMessage over(Instant at) {
        return new AlertMessage(alert(), true, at, !mailed);
    }

    StoredAlert remembered(boolean byLetter) {
        return new StoredAlert(
                trouble.name(), since, trouble.subject(), trouble.text(), trouble.advice(), mailed || byLetter);
    }
}
