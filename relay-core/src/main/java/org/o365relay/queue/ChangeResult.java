package org.o365relay.queue;

/// Result of a change.
///
/// @param changed number of messages changed
/// @param skipped number of messages left unchanged because they are being delivered or, if the change is a
///     bounce, because they are damaged
/// @param stopped why the change ended early, and what remains to be done; empty if it completed. Messages that
///     were already changed stay changed
public record ChangeResult(long changed, long skipped, String stopped) {

    /// @return whether all selected messages were processed
    public boolean isComplete() {
        return stopped.isEmpty();
    }
}
