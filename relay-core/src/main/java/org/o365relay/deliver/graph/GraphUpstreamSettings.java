package org.o365relay.deliver.graph;

import java.net.URI;

/// Address of Microsoft Graph and the mailbox to send as.
///
/// @param graphUrl base URL, without version or trailing slash, such as `https://graph.microsoft.com`
/// @param user mailbox to send as, the `{user}` in `/users/{user}/sendMail`
/// @param maxDirect maximum size of a message sent in one request, in octets; larger messages are sent as a
///     draft with uploaded attachments. Graph limits requests to 4 MB, and replies 200 without sending the
///     message if it is larger than about 2.2 MB before encoding
public record GraphUpstreamSettings(URI graphUrl, String user, long maxDirect) {

    /// Default of `maxDirect`, below the size at which Graph drops messages.
    public static final long MAX_DIRECT = 2_200_000;

    @Override
    public String toString() {
        return graphUrl.getHost() + (graphUrl.getPort() < 0 ? "" : ":" + graphUrl.getPort());
    }
}
