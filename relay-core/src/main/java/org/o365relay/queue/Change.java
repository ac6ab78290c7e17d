package org.o365relay.queue;

import org.o365relay.mail.EmailAddress;

/// An operator's action on open messages. A message that is being delivered is never changed.
public sealed interface Change {

    /// Retry as soon as possible. Messages on hold stay on hold.
    record Retry() implements Change {}

    /// Put on hold: not delivered until released.
    record Hold() implements Change {}

    /// Release from hold, and deliver as soon as possible.
    record Release() implements Change {}

    /// Bounce: fail all open recipients, and send a DSN to the sender as after any other permanent failure.
    record Bounce() implements Change {}

    /// Delete without a notice. The history is kept.
    record Delete() implements Change {}

    /// Deliver through another mailbox or pool.
    ///
    /// @param target name of a configured mailbox or pool
    record Redirect(String target) implements Change {}

    /// Change the address of an open recipient.
    ///
    /// @param from the current address
    record Readdress(EmailAddress from, EmailAddress to) implements Change {}
}
