package org.o365relay.deliver.smtp;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A proxy opened no connection to the server. The message is for the admin, and names the proxy.
final class ProxyException extends IOException {

    private static final long serialVersionUID = 1L;

    private final boolean permanent;

    private ProxyException(boolean permanent, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.permanent = permanent;
    }

    /// The proxy refuses the connection or the login, or is no such proxy, which an admin must fix.
    static ProxyException refused(String message) {
        return new ProxyException(true, message, null);
    }

    /// The proxy cannot be reached, or cannot reach the server.
    static ProxyException unreachable(String message, IOException cause) {
        return new ProxyException(false, message, cause);
    }

    static ProxyException unreachable(String message) {
        return new ProxyException(false, message, null);
    }

    /// @return whether the next attempt fails, too, unless an admin acts
    boolean isPermanent() {
        return permanent;
    }
}
