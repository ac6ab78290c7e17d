package org.o365relay.identity;

import java.time.Instant;

/// The expiry date of a secret, certificate or login; mail cannot be sent after it.
///
/// @param name for a client secret, the app it belongs to; otherwise the path of the file
/// @param at when it expires unless renewed
public record Expiry(Kind kind, String name, Instant at) {

    /// What expires.
    public enum Kind {
        /// Client secret; the date is from the configuration, because Microsoft has no API for it.
        CLIENT_SECRET,
        /// Certificate of an app.
        CERTIFICATE,
        /// Certificate that identifies the relay to a connector.
        CONNECTOR_CERTIFICATE,
        /// Stored login of a user; it expires 90 days after its last use. The relay uses it every week.
        DEVICE_LOGIN
    }
}
