package org.o365relay.deliver.graph;

import java.net.URI;

/// Address of Microsoft Graph and the mailbox to send as.
///
/// @param graphUrl without a version and a final slash: `https://graph.microsoft.com`
/// @param user mailbox to send as: `/users/{user}/sendMail`
/// @param maxDirect largest message sent in one request, in octets; larger ones are sent as a
///     draft with an upload session. Requests are limited to 4 MB, and above about 2.2 MB raw Graph
///     replies 200 and sends nothing
public record GraphUpstreamSettings(URI graphUrl, String user, long maxDirect) {

    /// Below the size at which Graph drops messages.
    public static final long MAX_DIRECT = 2_200_000;

    @Override
    public String toString() {
        return graphUrl.getHost() + (graphUrl.getPort() < 0 ? "" : ":" + graphUrl.getPort());
    }
}
