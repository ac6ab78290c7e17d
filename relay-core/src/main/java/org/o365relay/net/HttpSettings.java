package org.o365relay.net;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Secret;

/// How the relay speaks HTTPS: to the sign-in service and to Microsoft Graph.
///
/// @param proxy null for none
/// @param trustedCertificates a PEM file with certificates to trust besides the system's, such as that of a proxy
///     that opens TLS; null for the system's alone
/// @param connectTimeout for TCP and TLS
/// @param requestTimeout for a whole request; Graph is known to take longer than 10 s now and then
public record HttpSettings(
        @Nullable Proxy proxy, @Nullable Path trustedCertificates, Duration connectTimeout, Duration requestTimeout) {

    /// Straight to the internet, with the system's certificates.
    public static final HttpSettings DIRECT =
            new HttpSettings(null, null, Duration.ofSeconds(30), Duration.ofSeconds(100));

    /// An HTTP proxy that is asked with CONNECT.
    ///
    /// @param port 1 to 65535
    /// @param login null for none
    public record Proxy(String host, int port, @Nullable Login login) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    /// What the proxy wants to know (Basic).
    public record Login(String username, Secret password) {}
}
