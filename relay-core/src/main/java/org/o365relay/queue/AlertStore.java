package org.o365relay.queue;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Stores active alerts. An alert and its email are written in one transaction.
public interface AlertStore {

    /// @return active alerts, oldest first. If they cannot be read, the error is logged and the list is empty,
    ///     so that mail is not affected
    List<StoredAlert> active();

    /// Stores an active alert, replacing one with the same name, and queues its email.
    ///
    /// @param email the email to send; null for none
    /// @return the ID of the email; empty if none is sent
    /// @throws QueueException if the queue cannot be written
    Optional<QueueId> raise(StoredAlert alert, @Nullable LocalMessage email);

    /// Deletes an active alert that is resolved, and queues the email about it.
    ///
    /// @param email the email to send; null for none
    /// @return the ID of the email; empty if none is sent
    /// @throws QueueException if the queue cannot be written
    Optional<QueueId> clear(String alert, @Nullable LocalMessage email);
}
