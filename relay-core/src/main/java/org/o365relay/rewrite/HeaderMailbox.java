package org.o365relay.rewrite;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// One mailbox of an address list.
///
/// @param name the display name, decoded; empty if there is none
/// @param addrSpec null if what stands there is no address
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
