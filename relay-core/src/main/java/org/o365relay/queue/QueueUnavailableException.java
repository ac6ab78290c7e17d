package org.o365relay.queue;

/// The queue cannot be opened. The message says where, why and what to do about it, in words for the admin.
public final class QueueUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    /// Why.
    public enum Reason {
        /// Another running relay owns the data directory.
        IN_USE,
        /// The directory cannot be made, read or written.
        UNUSABLE_DIRECTORY,
        /// The database is damaged, or is none.
        DAMAGED,
        /// A newer relay has written the database.
        NEWER_SCHEMA,
        /// An older relay has written the database; a start brings it up to date.
        OLDER_SCHEMA
    }

    private final Reason reason;

    QueueUnavailableException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /// @return why
    public Reason reason() {
        return reason;
    }
}
