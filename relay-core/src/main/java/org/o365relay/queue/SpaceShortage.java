package org.o365relay.queue;

/// A shortage of space that prevents new mail from being accepted.
public enum SpaceShortage {
    /// The file system has less free space than `queue.minimum-free-space`.
    DISK,
    /// The database has reached `queue.maximum-size`.
    QUEUE
}
