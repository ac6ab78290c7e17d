package org.o365relay.deliver.graph;

import java.net.URI;

/// Where Microsoft Graph is, and how mail is handed to it.
///
/// @param graphUrl without a version and a final slash: `https://graph.microsoft.com`
/// @param user the mailbox that is used: `/users/{user}/sendMail`
/// @param maxDirect octets of the largest message that goes as it is in one request; a larger one goes by a
///     draft and an upload session. Requests are limited to 4 MB, and above about 2.2 MB raw Graph is known to
///     answer 200 and send nothing
public record GraphUpstreamSettings(URI graphUrl, String user, long maxDirect) {

    /// Below the size that is known to vanish.
    public static final long MAX_DIRECT = 2_200_000;

    @Override
    public String toString() {
        return graphUrl.getHost() + (graphUrl.getPort() < 0 ? "" : ":" + graphUrl.getPort());
    }
}
