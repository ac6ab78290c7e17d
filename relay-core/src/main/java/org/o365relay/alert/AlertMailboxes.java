package org.o365relay.alert;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Chooses the mailbox that sends an email to the admin.
public interface AlertMailboxes {

    /// @param affected mailbox that the email is about, chosen only if no mailbox with another account can
    ///     send; null if the email is not about a mailbox
    /// @return a mailbox that can send now; empty if there is none
    Optional<EmailAddress> openMailbox(@Nullable EmailAddress affected);

    /// @return the mailbox to use if none can send now; the email waits in the queue
    EmailAddress fallback();
}
