package org.o365relay.daemon.setup;

import java.security.SecureRandom;
import java.util.Base64;

/// Generates secrets.
final class RandomSecret {

    private RandomSecret() {}

    /// @return 256 random bits, encoded as base64url
    static String generate() {
        byte[] octets = new byte[32];
        new SecureRandom().nextBytes(octets);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
