package org.o365relay.queue;

/// A shortage of space that prevents new mail from being accepted.
public enum SpaceShortage {
    /// The message would leave less free space on the file system than `queue.minimum-free-space`.
    DISK,
    /// The message would make the database larger than `queue.maximum-size`.
    QUEUE
}
