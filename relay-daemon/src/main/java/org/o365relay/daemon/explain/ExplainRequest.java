package org.o365relay.daemon.explain;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.ListenerSettings;
import org.o365relay.mail.EmailAddress;

/// The SMTP transaction to explain.
///
/// @param listener listener that the client connects to
/// @param helo name in HELO or EHLO; null to assume a valid host name
/// @param sender envelope sender; null for the null sender (`<>`)
/// @param recipients envelope recipients, at least one
/// @param size size of the message in octets; 0 if unknown
/// @param recipientsUsed number of recipients that the client has sent to in the last 24 hours; null if
///     the client has no recipient limit or the number is unknown
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
