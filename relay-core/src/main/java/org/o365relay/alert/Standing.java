package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.StandingAlert;

/// A trouble, and how far the admin knows of it.
///
/// @param since when it began
/// @param seen when it was found last
/// @param ended when it was said to be over; null while it is not
/// @param told whether the queue remembers that it was told
/// @param mailed whether a letter has told of it
/// @param called whether the webhook and the log know of it
record Standing(
        Trouble trouble,
        Instant since,
        Instant seen,
        @Nullable Instant ended,
        boolean told,
        boolean mailed,
        boolean called) {

    static Standing of(Trouble trouble, Instant now) {
        return new Standing(trouble, now, now, null, false, false, false);
    }

    /// As it was told before a restart.
    static Standing of(StandingAlert alert, Duration lasts, Instant now) {
        Trouble trouble = new Trouble(
                alert.name(),
                alert.subject(),
                alert.text(),
                alert.advice(),
                null,
                null,
                lasts,
                Trouble.Known.REMEMBERED);
        return new Standing(trouble, alert.since(), now, null, true, alert.mailed(), true);
    }

    /// It was found again.
    Standing again(Trouble found, Instant now) {
        return ended != null && !told ? of(found, now) : new Standing(found, since, now, null, told, mailed, called);
    }

    Standing ended(Instant now) {
        return ended == null ? new Standing(trouble, since, seen, now, told, mailed, called) : this;
    }

    Standing told(boolean byLetter) {
        return new Standing(trouble, since, seen, ended, true, mailed || byLetter, called);
    }

    Standing called(boolean ofIt) {
        return new Standing(trouble, since, seen, ended, told, mailed, ofIt);
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

    Bulletin begun() {
        return new Bulletin(alert(), false, since, !mailed);
    }

    Bulletin over(Instant at) {
        return new Bulletin(alert(), true, at, !mailed);
    }

    StandingAlert remembered(boolean byLetter) {
        return new StandingAlert(
                trouble.name(), since, trouble.subject(), trouble.text(), trouble.advice(), mailed || byLetter);
    }
}
