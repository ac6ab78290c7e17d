package org.o365relay.identity;

import java.time.Instant;

/// The expiry of a secret, certificate or login. Mail cannot be sent with that credential afterwards.
///
/// @param name for a client secret, `app` and the client ID of its app; otherwise the path of the file
/// @param at when the secret, certificate or login expires if it is not renewed
public record Expiry(Kind kind, String name, Instant at) {

    /// What expires.
    public enum Kind {
        /// Client secret of an app. The date is taken from the configuration, because a sign-in does not reveal
        /// it.
        CLIENT_SECRET,
        /// Certificate of an app.
        CERTIFICATE,
        /// Certificate that identifies the relay to a connector.
        CONNECTOR_CERTIFICATE,
        /// Stored login of a user. It expires 90 days after its last use; the running relay uses it when it has
        /// not been used for 7 days.
        DEVICE_LOGIN
    }
}
