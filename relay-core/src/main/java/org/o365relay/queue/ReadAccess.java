package org.o365relay.queue;

import org.jspecify.annotations.Nullable;

/// Where somebody looks into the queue.
@FunctionalInterface
interface ReadAccess {

    /// @param work reads, and sees one state of the queue
    /// @throws QueueException if the queue cannot be read
    <T extends @Nullable Object> T read(Committer.Work<T> work);
}
