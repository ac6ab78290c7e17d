package org.o365relay.queue;

/// Why there is no room for new mail.
public enum SpaceShortage {
    /// The file system has less free space than the floor (`queue.minimum-free-space`).
    DISK,
    /// The database is at its largest (`queue.maximum-size`).
    QUEUE
}
