package org.o365relay.net;

import java.io.IOException;

/// A request got no usable response: DNS, TCP, the proxy or TLS failed, a time limit was exceeded, the response
/// was too large, or the machine lacked a resource. The message is for the admin and states what failed and
/// where.
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
