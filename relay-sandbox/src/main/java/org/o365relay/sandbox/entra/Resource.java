package org.o365relay.sandbox.entra;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The API that a token is issued for.
public enum Resource {
    /// SMTP with XOAUTH2.
    EXCHANGE,
    GRAPH;

    private static final Set<String> EXCHANGE_HOSTS = Set.of(
            "outlook.office365.com",
            "outlook.office.com",
            "outlook.office365.us",
            "outlook-dod.office365.us",
            "partner.outlook.cn");

    private static final Set<String> GRAPH_HOSTS = Set.of(
            "graph.microsoft.com",
            "graph.microsoft.us",
            "dod-graph.microsoft.us",
            "microsoftgraph.chinacloudapi.cn",
            // host names of the sandbox
            "localhost",
            "127.0.0.1",
            "[::1]");

    /// @param uri resource URI, such as `https://outlook.office365.com/`
    static Optional<Resource> of(String uri) {
        String host = host(uri);
        if (EXCHANGE_HOSTS.contains(host)) {
            return Optional.of(EXCHANGE);
        }
        return GRAPH_HOSTS.contains(host) ? Optional.of(GRAPH) : Optional.empty();
    }

    private static String host(String uri) {
        try {
            String host = URI.create(uri).getHost();
            return host == null ? "" : host.toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException notAUri) {
            return "";
        }
    }
}
