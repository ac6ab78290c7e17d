package org.o365relay.queue;

/// What prevents new mail from being accepted.
public enum SpaceShortage {
    /// The file system has less free space than `queue.minimum-free-space`.
    DISK,
    /// The database has reached `queue.maximum-size`.
    QUEUE
}
