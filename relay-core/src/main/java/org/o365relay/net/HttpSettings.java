package org.o365relay.net;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Secret;

/// Settings for HTTPS connections to the sign-in service, Microsoft Graph and the webhook.
///
/// @param proxy the proxy to connect through; null for direct connections
/// @param trustedCertificates PEM file with certificates to trust in addition to the system's, such as that of
///     a proxy that inspects TLS; null for none
/// @param connectTimeout time limit for establishing a connection, including TLS
/// @param requestTimeout time limit for a request, from its start to the last octet of its response; Graph
///     sometimes takes longer than 10 s
public record HttpSettings(
        @Nullable Proxy proxy, @Nullable Path trustedCertificates, Duration connectTimeout, Duration requestTimeout) {

    /// No proxy and no certificates in addition to the system's.
    public static final HttpSettings DIRECT =
            new HttpSettings(null, null, Duration.ofSeconds(30), Duration.ofSeconds(100));

    /// An HTTP proxy (CONNECT).
    ///
    /// @param port 1 to 65535
    /// @param login credentials for the proxy; null if it requires none
    public record Proxy(String host, int port, @Nullable Login login) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /// Credentials for the proxy (Basic authentication).
    public record Login(String username, Secret password) {}
}
