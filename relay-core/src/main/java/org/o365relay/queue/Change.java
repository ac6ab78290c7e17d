package org.o365relay.queue;

import org.o365relay.mail.EmailAddress;

/// What an operator does with open messages. A message that is being delivered just now is never changed.
public sealed interface Change {

    /// Tried as soon as possible. What is on hold stays so.
    record Retry() implements Change {}

    /// Not tried until it is released.
    record Hold() implements Change {}

    /// No longer on hold, and tried as soon as possible.
    record Release() implements Change {}

    /// Given up; the author is told, as of any failure.
    record Bounce() implements Change {}

    /// Given up, and nobody is told. The history stays.
    record Delete() implements Change {}

    /// Sent through another mailbox or pool.
    ///
    /// @param target a configured one
    record Redirect(String target) implements Change {}

    /// Sent to somebody else.
    ///
    /// @param from whom it was for
    record Readdress(EmailAddress from, EmailAddress to) implements Change {}
}
