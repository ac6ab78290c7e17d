package org.o365relay.net;

import java.io.IOException;

/// A request got no answer: DNS, TCP, the proxy, TLS or time. The message is for the admin: what, where, and
/// what to look at.
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

    /// @return whether it was TLS: the server was reached, but is not trusted or cannot be talked to
    public boolean isTls() {
        return tls;
    }
}
