package org.o365relay.alert;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// The mailboxes that can send the admin a letter.
public interface AlertMailboxes {

    /// @param inTrouble the mailbox the letter is about: another account is better, if there is one; null for
    ///     none
    /// @return a mailbox whose mail leaves just now; empty if there is none
    Optional<EmailAddress> open(@Nullable EmailAddress inTrouble);

    /// @return the mailbox whose turn it is if none is open: its mail leaves when it is
    EmailAddress fallback();
}
