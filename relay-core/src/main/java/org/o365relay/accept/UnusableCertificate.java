package org.o365relay.accept;

/// The relay's certificate or key cannot be used. The message says which file, why, and what to do about it.
final class UnusableCertificate extends Exception {

    private static final long serialVersionUID = 1L;

    UnusableCertificate(String message) {
        super(message);
    }
}
