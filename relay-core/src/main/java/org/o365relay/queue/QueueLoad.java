package org.o365relay.queue;

import java.time.Instant;
import java.util.Optional;

/// How full the queue is, and how long messages wait.
public interface QueueLoad {

    /// @return the disk space as last measured, at most a few seconds ago; never blocks
    DiskCapacity capacity();

    /// Counts messages that wait for delivery, except those on hold.
    ///
    /// @param max maximum result; counting stops at this number
    /// @throws QueueException if the disk fails
    int countWaiting(int max);

    /// @return when the oldest waiting message was received; messages on hold are ignored; empty if no message
    ///     waits
    /// @throws QueueException if the disk fails
    Optional<Instant> oldestWaiting();
}
