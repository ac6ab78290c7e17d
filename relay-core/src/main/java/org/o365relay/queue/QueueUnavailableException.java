package org.o365relay.queue;

/// The queue cannot be opened. The message for the admin names the path, the reason and the remedy.
public final class QueueUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    /// Why the queue cannot be opened.
    public enum Reason {
        /// Another relay is using the data directory.
        IN_USE,
        /// The directory or a file in it cannot be used, for example because it cannot be created, read or
        /// written, another program has the database open, or the disk is full.
        UNUSABLE_DIRECTORY,
        /// The database file is damaged, is not a database, or contains objects that do not belong to a queue;
        /// or a repair or restore was not completed.
        DAMAGED,
        /// A newer relay wrote the database.
        NEWER_SCHEMA,
        /// An older relay wrote the database; starting the relay upgrades it.
        OLDER_SCHEMA
    }

    private final Reason reason;

    public QueueUnavailableException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
