package org.o365relay.queue;

import java.util.Optional;

/// The queue operations that the SMTP server uses. No method blocks.
public interface Intake {

    /// @return whether messages can be committed, as far as is known; false while a file of the queue is lost
    ///     or not writable, and after a failed write until a write succeeds
    boolean isWritable();

    /// Checks whether there is space for a message.
    ///
    /// @param size size of the message in octets; 0 if not known
    /// @return the shortage; empty if there is space
    Optional<SpaceShortage> shortageFor(long size);

    /// Begins receiving a message. Nothing is written yet.
    Incoming receive();
}
