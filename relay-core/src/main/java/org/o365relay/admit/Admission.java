package org.o365relay.admit;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// Whether an address of the envelope is let through.
public sealed interface Admission {

    /// @param address as it goes on, perhaps completed with the default domain; null for the null sender
    record Admitted(@Nullable EmailAddress address) implements Admission {}

    /// @param reason for the reply and the journal, with the configuration key that decided; one line of ASCII
    record Denied(String reason) implements Admission {}
}
