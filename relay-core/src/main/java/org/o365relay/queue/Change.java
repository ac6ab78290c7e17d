package org.o365relay.queue;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// An operator's action on messages: on open ones, and [Resend] on settled ones. A message that is being
/// delivered is never changed.
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

    /// Queue settled messages again if their content is still stored, each as a new message with the same
    /// content. The new message is sent to the recipients that failed or, if none failed, to those it was
    /// delivered to. It keeps the Message-ID only if no recipient has received the original, and the original
    /// has not been resent before.
    ///
    /// @param to the only recipient of the new message; null for the original ones
    /// @param mailbox name of a configured mailbox or pool; null for the original route
    record Resend(@Nullable EmailAddress to, @Nullable String mailbox) implements Change {}
}
