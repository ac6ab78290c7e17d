package org.o365relay.queue;

import java.time.Instant;
import java.util.Optional;

/// How full the queue is, and how long messages wait.
public interface QueueLoad {

    /// @return the disk space as last measured, at most a few seconds ago; never blocks
    DiskCapacity capacity();

    /// Counts messages that wait for delivery, without those on hold.
    ///
    /// @param max number at which counting stops
    /// @throws QueueException if the disk fails
    int countWaiting(int max);

    /// @return when the oldest waiting message was received, without those on hold; empty if none waits
    /// @throws QueueException if the disk fails
    Optional<Instant> oldestWaiting();
}
