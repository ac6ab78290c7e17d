package org.o365relay.rewrite;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// One mailbox of an address list.
///
/// @param name the display name, decoded; empty if there is none
/// @param mailbox null if what stands there is no address
record HeaderMailbox(String name, @Nullable EmailAddress mailbox) {

    Optional<EmailAddress> address() {
        return Optional.ofNullable(mailbox);
    }

    boolean isQualified() {
        return mailbox != null && mailbox.isQualified();
    }

    boolean isReachable() {
        return mailbox != null && mailbox.isReachable();
    }
}
