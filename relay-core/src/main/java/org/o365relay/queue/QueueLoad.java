package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// How full the queue is, how long messages wait, and which failures it has.
public interface QueueLoad {

    /// @return the disk space as last measured, at most a few seconds ago; never blocks
    DiskCapacity capacity();

    /// @return the current failures: at most one because of which new mail is rejected, and the first damage
    ///     found since startup; never blocks
    List<QueueFailure> failures();

    /// Counts open messages, including those being delivered, but not those on hold.
    ///
    /// @param max maximum result; counting stops at this number
    /// @throws QueueException if the queue cannot be read
    int countWaiting(int max);

    /// @return when the oldest open message arrived, on the system clock as it is set now; messages on hold
    ///     are ignored; empty if there is no other open message
    /// @throws QueueException if the queue cannot be read
    Optional<Instant> oldestWaiting();
}
