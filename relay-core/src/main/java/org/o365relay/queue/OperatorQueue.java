package org.o365relay.queue;

/// What operators' commands need of the queue of a running relay.
public interface OperatorQueue {

    /// @return a reader; it does not delay mail
    QueueReader reader();

    /// @return applies changes to messages
    QueueAdmin admin();

    /// @return disk space, and number and age of waiting messages
    QueueLoad load();

    /// @return the mailboxes that are paused
    PausedMailboxes pausedMailboxes();
}
