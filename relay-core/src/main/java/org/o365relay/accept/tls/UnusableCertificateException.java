package org.o365relay.accept.tls;

/// The relay's certificate or key cannot be used. The message names the file and the cause, and the fix
/// if it is known.
public final class UnusableCertificateException extends Exception {

    private static final long serialVersionUID = 1L;

    UnusableCertificateException(String message) {
        super(message);
    }
}
