package org.o365relay.admit;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// The decision about an envelope address.
public sealed interface Admission {

    /// @param address address to use: completed with the default domain if it had no domain; the relay's
    ///     postmaster for a bare `postmaster` if there is no default domain; null for the null sender
    record Admitted(@Nullable EmailAddress address) implements Admission {}

    /// @param reason text for the reply and the journal, naming the configuration key that caused the denial;
    ///     one line of ASCII
    record Denied(String reason) implements Admission {

        /// The recipient has no domain, and no default domain is configured.
        public static final Denied UNQUALIFIED =
                new Denied("Recipient address rejected: need fully-qualified address (relay.default-domain)");

        /// @return the reply to the client
        public Reply reply() {
            return equals(UNQUALIFIED) ? Reply.of(553, "5.1.3", reason) : Reply.of(550, "5.7.1", reason);
        }
    }
}
