package org.o365relay.bench.server;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The upstream of the measured relay.
///
/// @param certificates PEM file with the certificates to trust; null for an upstream that refuses connections
public record UpstreamAddress(int port, @Nullable Path certificates) {

    /// An upstream that refuses connections, so that accepted messages stay in the queue.
    public static UpstreamAddress refusing() {
        return new UpstreamAddress(Ports.CLOSED, null);
    }

    /// The `upstream` block of the relay's configuration.
    String configuration() {
        String trust = certificates == null ? "" : ", trusted-certificates = \"" + certificates.toAbsolutePath() + "\"";
        return "{ host = \"localhost\", port = " + port + ", tls = starttls" + trust + " }";
    }
}
