package org.o365relay.net;

import java.io.IOException;

/// A request got no response from the server because of DNS, TCP, the proxy, TLS or a timeout. The message is
/// for the admin and states what failed and where.
public final class NoResponseException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean tls;

    NoResponseException(boolean tls, String message, Throwable cause) {
        super(message, cause);
        this.tls = tls;
    }

    NoResponseException(String message) {
        super(message);
        this.tls = false;
    }

    /// @return whether TLS failed: the server's certificate is not trusted, or the handshake failed
    public boolean isTls() {
        return tls;
    }
}
