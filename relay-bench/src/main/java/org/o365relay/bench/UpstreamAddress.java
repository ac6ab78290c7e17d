package org.o365relay.bench;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where the relay under measurement delivers.
///
/// @param certificates PEM file to trust; null where nobody listens anyway
record UpstreamAddress(int port, @Nullable Path certificates) {

    /// An upstream that refuses connections: everything accepted stays in the queue.
    static UpstreamAddress refused() {
        return new UpstreamAddress(Ports.REFUSED, null);
    }

    /// The `upstream` block of the relay's configuration.
    String configuration() {
        String trust = certificates == null ? "" : ", trusted-certificates = \"" + certificates.toAbsolutePath() + "\"";
        return "{ host = \"localhost\", port = " + port + ", tls = starttls" + trust + " }";
    }
}
