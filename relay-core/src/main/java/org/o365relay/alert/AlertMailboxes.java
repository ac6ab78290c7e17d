package org.o365relay.alert;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// What alerts need to know about the mailboxes: which one can send an email to the admin, and which use a
/// fallback.
public interface AlertMailboxes {

    /// @param affected mailbox that the email is about, chosen only if no mailbox with another account can
    ///     send; null if the email is not about a mailbox
    /// @return a mailbox that can send now; empty if there is none
    Optional<EmailAddress> availableMailbox(@Nullable EmailAddress affected);

    /// @return the mailbox to use if none can send now; the email waits in the queue
    EmailAddress defaultMailbox();

    /// @return the mailboxes that send through a fallback upstream
    List<FallbackUse> fallbackUses();

    /// A mailbox that sends through a fallback upstream.
    ///
    /// @param upstream name of the fallback in use
    /// @param cause why the primary upstream is not used
    /// @param advice what the admin can do; may be empty
    record FallbackUse(EmailAddress mailbox, String upstream, String cause, String advice) {}
}
