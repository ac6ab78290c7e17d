package org.o365relay.queue;

/// State of a message in the queue.
public enum MessageState {
    /// Waiting for the first delivery attempt.
    QUEUED,
    /// Waiting for another delivery attempt.
    DEFERRED,
    /// A delivery attempt or an operator's bounce is in progress.
    DELIVERING,
    /// On hold: not delivered until an operator releases it.
    HELD,
    /// Delivered to every recipient.
    DELIVERED,
    /// Delivery to at least one recipient failed permanently, and no recipient was deleted.
    FAILED,
    /// At least one recipient was deleted by an operator.
    DELETED;

    /// @return whether the message is not settled yet
    public boolean isOpen() {
        return compareTo(HELD) <= 0;
    }
}
