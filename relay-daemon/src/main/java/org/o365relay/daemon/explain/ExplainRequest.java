package org.o365relay.daemon.explain;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.mail.EmailAddress;

/// What would become of this?
///
/// @param listener where the client connects
/// @param helo what it says in HELO or EHLO; null for a host name that gives no reason for complaint
/// @param sender null for the null sender
/// @param recipients at least one
/// @param size of the message in octets; 0 if it does not matter
/// @param recipientsUsed recipients that count against the client's budget of 24 hours; null if it has none, or
///     nobody knows
public record ExplainRequest(
        InetAddress client,
        ListenerSettings listener,
        @Nullable String helo,
        @Nullable EmailAddress sender,
        List<EmailAddress> recipients,
        long size,
        @Nullable Long recipientsUsed) {

    public ExplainRequest {
        recipients = List.copyOf(recipients);
    }
}
