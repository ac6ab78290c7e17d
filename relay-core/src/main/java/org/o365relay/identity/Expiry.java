package org.o365relay.identity;

import java.time.Instant;

/// Something a mailbox signs in with that ends one day, with the mail.
///
/// @param name which one: the app for a secret, the file for the others
/// @param at when it ends, unless it is renewed
public record Expiry(Kind kind, String name, Instant at) {

    /// What it is.
    public enum Kind {
        /// As the admin noted it; nobody can ask for it.
        CLIENT_SECRET,
        /// As the certificate says.
        CERTIFICATE,
        /// As the certificate says that a connector knows the relay by.
        CONNECTOR_CERTIFICATE,
        /// 90 days after the login was last used; the relay uses it every week.
        DEVICE_LOGIN
    }
}
