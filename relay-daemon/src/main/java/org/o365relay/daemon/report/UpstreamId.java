package org.o365relay.daemon.report;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What the upstream itself calls a message it has taken: what Microsoft's support asks for.
public final class UpstreamId {

    // 250 2.6.0 <…> [InternalId=…, Hostname=…] Queued mail for delivery
    private static final Pattern EXCHANGE = Pattern.compile("\\[(InternalId=[^\\]]+)\\]");
    private static final Pattern GRAPH = Pattern.compile("\\((request-id [^),]+)");

    private UpstreamId() {}

    /// @param reply with which a message was taken
    /// @return empty if it does not say
    public static Optional<String> in(String reply) {
        return first(EXCHANGE, reply).or(() -> first(GRAPH, reply));
    }

    private static Optional<String> first(Pattern pattern, String reply) {
        Matcher matcher = pattern.matcher(reply);
        return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
    }
}
