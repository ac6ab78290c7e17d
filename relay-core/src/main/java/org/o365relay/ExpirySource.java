package org.o365relay;

import java.util.Optional;
import org.o365relay.identity.Expiry;
import org.o365relay.identity.TokenException;
import org.o365relay.mail.EmailAddress;

/// A credential or certificate of a mailbox that may expire.
///
/// @param lookup determines when it expires
public record ExpirySource(EmailAddress mailbox, Lookup lookup) {

    /// Determines when a credential or certificate expires.
    @FunctionalInterface
    public interface Lookup {
        /// @return empty if it does not expire, or its expiry date is unknown
        /// @throws TokenException if the certificate of the credential cannot be read
        Optional<Expiry> expiry() throws TokenException;
    }
}
