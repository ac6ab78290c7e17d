package org.o365relay.queue;

import java.time.Instant;
import java.util.List;

/// Stores which mailboxes an operator has paused. Every method throws a [QueueException] if the disk fails.
public interface PausedMailboxes {

    /// Records that an operator paused a mailbox. If it is paused already, the first record is kept.
    ///
    /// @param by name of the operator
    /// @return whether the mailbox was not paused before
    boolean pause(String mailbox, Instant at, String by);

    /// Deletes the record that a mailbox is paused.
    ///
    /// @return whether it was paused
    boolean resume(String mailbox);

    /// @return the paused mailboxes, ordered by name; some may no longer be configured
    List<PausedMailbox> all();
}
