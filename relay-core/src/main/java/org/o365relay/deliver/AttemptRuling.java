package org.o365relay.deliver;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What an attempt means for its message, after faults have been attributed.
///
/// @param attempt the attempt, with each failure attributed to the message or the upstream
/// @param notBefore earliest time of the next attempt if this one does not count; null if the message keeps
///     its place in the queue
/// @param keepsTrying whether recipients whose transaction failed do not expire, because the upstream has
///     processed no message since the last attempt
record AttemptRuling(Attempt attempt, @Nullable Instant notBefore, boolean keepsTrying) {

    /// An attempt without consequences beyond its results.
    static AttemptRuling of(Attempt attempt) {
        return new AttemptRuling(attempt, null, false);
    }
}
