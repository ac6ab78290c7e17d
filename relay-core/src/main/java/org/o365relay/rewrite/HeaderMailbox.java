package org.o365relay.rewrite;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// A mailbox in an address list (RFC 5322 §3.4).
///
/// @param name the display name, decoded; empty if there is none
/// @param addrSpec the address; null if it is missing or malformed
record HeaderMailbox(String name, @Nullable EmailAddress addrSpec) {

    Optional<EmailAddress> address() {
        return Optional.ofNullable(addrSpec);
    }

    boolean isQualified() {
        return addrSpec != null && addrSpec.isQualified();
    }

    boolean isReachable() {
        return addrSpec != null && addrSpec.isReachable();
    }
}
