package org.o365relay.deliver;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What an attempt means for its message, once the lane has learned from it.
///
/// @param attempt trouble that is the message's own counts in it as such
/// @param notBefore when the message may be tried again if the attempt does not count; null if it keeps its place
/// @param keepsTrying whether nothing that was lost on the way is given up, because the road has served nobody since
///     the last attempt
record AttemptRuling(Attempt attempt, @Nullable Instant notBefore, boolean keepsTrying) {

    /// What was said, and nothing more.
    static AttemptRuling of(Attempt attempt) {
        return new AttemptRuling(attempt, null, false);
    }
}
