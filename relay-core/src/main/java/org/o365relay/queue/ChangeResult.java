package org.o365relay.queue;

/// Result of a change.
///
/// @param changed number of messages changed
/// @param skipped number of messages left unchanged because they are being delivered
/// @param stopped why the change ended early, and what remains to be done; empty if it completed. Messages
///     changed by then stay changed
public record ChangeResult(long changed, long skipped, String stopped) {

    /// @return whether all selected messages were processed
    public boolean isComplete() {
        return stopped.isEmpty();
    }
}
