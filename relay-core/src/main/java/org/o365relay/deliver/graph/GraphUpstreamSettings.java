package org.o365relay.deliver.graph;

import java.net.URI;

/// Address of Microsoft Graph and the mailbox to send as.
///
/// @param graphUrl without version or trailing slash: `https://graph.microsoft.com`
/// @param user mailbox to send as: `/users/{user}/sendMail`
/// @param maxDirect largest message sent in one request, in octets; larger ones are sent as a draft with an
///     upload session. Requests are limited to 4 MB, and Graph replies 200 but sends nothing if the message
///     has more than about 2.2 MB before encoding
public record GraphUpstreamSettings(URI graphUrl, String user, long maxDirect) {

    /// Below the size at which Graph drops messages.
    public static final long MAX_DIRECT = 2_200_000;

    @Override
    public String toString() {
        return graphUrl.getHost() + (graphUrl.getPort() < 0 ? "" : ":" + graphUrl.getPort());
    }
}
