package org.o365relay.queue;

/// Result of a change.
///
/// @param changed number of messages changed
/// @param skipped number of messages left unchanged because they are being delivered or, when bouncing, are
///     damaged
/// @param stopped why the change ended early, and what remains to be done; empty if it completed. Messages
///     changed until then stay changed
public record ChangeResult(long changed, long skipped, String stopped) {

    /// @return whether all selected messages were processed
    public boolean isComplete() {
        return stopped.isEmpty();
    }
}
