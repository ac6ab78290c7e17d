package org.o365relay.queue;

/// What came of a change.
///
/// @param changed how many messages
/// @param skipped how many were left as they are because they are being delivered just now
/// @param stopped why it ended before it was through, and what is left to do; empty if it was not. What was changed
///     until then stays changed
public record ChangeResult(long changed, long skipped, String stopped) {

    /// @return whether it went through
    public boolean isComplete() {
        return stopped.isEmpty();
    }
}
