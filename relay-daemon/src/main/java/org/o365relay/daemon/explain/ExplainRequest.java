package org.o365relay.daemon.explain;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.ListenerSettings;

/// The SMTP session to explain.
///
/// @param listener listener that the client connects to
/// @param recipientsUsed number of recipients that the client has sent to in the last 24 hours; null if
///     the client has no recipient limit or the number is unknown
public record ExplainRequest(
        InetAddress client,
        ListenerSettings listener,
        ClientScript script,
        @Nullable Long recipientsUsed) {}
