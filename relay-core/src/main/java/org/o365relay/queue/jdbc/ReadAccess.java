package org.o365relay.queue.jdbc;

import org.jspecify.annotations.Nullable;
import org.o365relay.queue.QueueException;

/// Read access to the queue.
@FunctionalInterface
public interface ReadAccess {

    /// @param work the queries to run; if the connection has auto-commit off, they all see the same state of
    ///     the queue
    /// @throws QueueException if the queue cannot be read
    <T extends @Nullable Object> T read(Committer.Work<T> work);
}
