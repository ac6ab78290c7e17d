package org.o365relay.queue;

/// The part of a running relay's queue that operators' commands use.
public interface OperatorQueue {

    /// @return a reader whose queries do not delay mail
    QueueReader reader();

    /// @return the interface for changing messages
    QueueAdmin admin();

    /// @return the interface for measuring disk space and the number and age of waiting messages
    QueueLoad load();

    /// @return the store of paused mailboxes
    PausedMailboxes pausedMailboxes();
}
