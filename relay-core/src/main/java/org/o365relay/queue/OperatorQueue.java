package org.o365relay.queue;

/// The queue of a running relay as operators' commands use it.
public interface OperatorQueue {

    /// @return a reader that does not delay mail
    QueueReader reader();

    /// @return the interface that changes messages
    QueueAdmin admin();

    /// @return the disk space, and the number and age of waiting messages
    QueueLoad load();

    /// @return the mailboxes that are paused
    PausedMailboxes pausedMailboxes();
}
