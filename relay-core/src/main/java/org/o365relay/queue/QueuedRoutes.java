package org.o365relay.queue;

import java.util.List;
import java.util.function.Function;

/// The mailboxes and pools for which messages are queued. Every method throws a [QueueException] if the queue
/// cannot be read or written.
public interface QueuedRoutes {

    /// @return names of all mailboxes and pools with open messages, including those that are no longer
    ///     configured; the empty name stands for messages queued by an older relay that had only one mailbox
    List<String> names();

    /// Reroutes the open messages of a mailbox or pool that is no longer configured. Skips damaged messages and
    /// messages that an operator is bouncing.
    ///
    /// @param route name of the mailbox or pool that the messages wait for
    /// @param destination chooses the new route and priority; called once for each message, on the caller's
    ///     thread
    /// @return number of messages rerouted
    /// @throws QueueException if the queue cannot be read or written; call this method again to reroute the
    ///     remaining messages
    int reroute(String route, Function<OrphanedMessage, Destination> destination);
}
