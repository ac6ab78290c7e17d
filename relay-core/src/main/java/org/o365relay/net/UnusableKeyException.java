package org.o365relay.net;

/// A certificate or key cannot be used. The message names the file and the reason and, if
/// it is not obvious, the fix.
public final class UnusableKeyException extends Exception {

    private static final long serialVersionUID = 1L;

    UnusableKeyException(String message) {
        super(message);
    }

    UnusableKeyException(String message, Throwable cause) {
        super(message, cause);
    }
}
