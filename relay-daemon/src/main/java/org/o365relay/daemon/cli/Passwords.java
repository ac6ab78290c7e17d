package org.o365relay.daemon.cli;

import java.security.SecureRandom;
import java.util.Base64;

/// Generates random passwords.
final class Passwords {

    private Passwords() {}

    static String random() {
        byte[] octets = new byte[12];
        new SecureRandom().nextBytes(octets);
        return Base64.getUrlEncoder().encodeToString(octets);
    }
}
