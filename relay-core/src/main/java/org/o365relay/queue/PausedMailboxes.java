package org.o365relay.queue;

import java.time.Instant;
import java.util.List;

/// Stores which mailboxes an operator has paused. Every method throws a [QueueException] if the queue cannot be
/// read or written.
public interface PausedMailboxes {

    /// Records that an operator paused a mailbox. If the mailbox is already paused, the existing record is
    /// kept.
    ///
    /// @param by name of the operator
    /// @return true if the mailbox was not already paused
    boolean pause(String mailbox, Instant at, String by);

    /// Deletes the record that a mailbox is paused.
    ///
    /// @return whether the mailbox was paused
    boolean resume(String mailbox);

    /// @return the paused mailboxes, ordered by the key of the address; some may no longer be configured
    List<PausedMailbox> all();
}
