package org.o365relay.accept;

/// The relay's certificate or key cannot be used. The message says which file, why, and what to do about it.
final class UnusableCertificateException extends Exception {

    private static final long serialVersionUID = 1L;

    UnusableCertificateException(String message) {
        super(message);
    }
}
