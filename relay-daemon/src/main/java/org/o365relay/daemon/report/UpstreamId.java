package org.o365relay.daemon.report;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds the ID that the upstream assigned to an accepted message. The ID identifies the message in the
/// Exchange message trace and in requests to Microsoft support.
public final class UpstreamId {

    // 250 2.6.0 <…> [InternalId=…, Hostname=…] Queued mail for delivery; 250 2.0.0 OK <…> [Hostname=…]
    private static final Pattern EXCHANGE = Pattern.compile("(?:(<[^>]*>) )?\\[((?:InternalId|Hostname)=[^\\]]+)\\]");
    private static final Pattern GRAPH = Pattern.compile("\\((request-id [^),]+)");

    private UpstreamId() {}

    /// @param reply the reply that accepted the message
    /// @return the ID; empty if the reply contains none
    public static Optional<String> in(String reply) {
        Matcher exchange = EXCHANGE.matcher(reply);
        if (exchange.find()) {
            String messageId = exchange.group(1);
            return Optional.of((messageId == null ? "" : messageId + ", ") + exchange.group(2));
        }
        Matcher graph = GRAPH.matcher(reply);
        return graph.find() ? Optional.of(graph.group(1)) : Optional.empty();
    }
}
