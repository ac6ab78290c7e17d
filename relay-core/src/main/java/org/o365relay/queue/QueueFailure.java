package org.o365relay.queue;

/// A reason why the queue of a running relay cannot be used, or damage that was found in it.
///
/// @param text the problem in one sentence for the admin, without a full stop
public record QueueFailure(Kind kind, String text) {

    /// What failed. New mail is rejected temporarily, except if the queue is only [#DAMAGED].
    public enum Kind {
        /// A file of the queue was deleted, moved or replaced. What is written to the open file would be lost
        /// at the next startup, so nothing is committed until the same file is back in its place.
        LOST,
        /// A file of the queue is not writable, for example because the file system is mounted read-only.
        READ_ONLY,
        /// The last write failed, and no write has succeeded since.
        WRITE_FAILED,
        /// Part of the queue cannot be read, or was found damaged when it was read. Lasts until the next
        /// startup.
        DAMAGED
    }
}
