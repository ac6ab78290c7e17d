package org.o365relay.queue;

/// What a message is doing in the queue.
public enum MessageState {
    /// Nobody has tried to deliver it yet.
    QUEUED,
    /// It has been tried, and will be tried again.
    DEFERRED,
    /// It is being handed over just now.
    DELIVERING,
    /// An operator has put it on hold.
    HELD,
    /// Every recipient has it.
    DELIVERED,
    /// Some recipient will never get it.
    FAILED,
    /// An operator has deleted it.
    DELETED;

    /// @return whether the relay still has to do something with it
    public boolean isOpen() {
        return compareTo(HELD) <= 0;
    }
}
