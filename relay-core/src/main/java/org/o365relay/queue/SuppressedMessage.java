package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

/// A message in a digest of suppressed notices.
///
/// @param kind kind of the suppressed notice
/// @param receivedAt when the message was received or, if the message is no longer in the history, when the
///     notice was suppressed
/// @param helo HELO or EHLO name of the device; empty if unknown
/// @param subject subject of the message; null if the message has none or it is unknown
/// @param recipients for a failure notice, the recipients that have an event `failed` or `ndr` since the notice
///     was suppressed and whose failures are to be reported; for a delay notice, the open and the delivered
///     recipients
/// @param settled whether the message is settled; true if it is no longer in the history
/// @param known whether the message is still in the history
/// @param reason for a failure notice, the last known reason of an event `failed` or `ndr`, as in the reply
///     catalogue; for a delay notice, of any event; empty if there is none
public record SuppressedMessage(
        QueueId id,
        SuppressedNotice.Kind kind,
        Instant receivedAt,
        String helo,
        @Nullable String subject,
        List<EmailAddress> recipients,
        boolean settled,
        boolean known,
        String reason) {

    public SuppressedMessage {
        recipients = List.copyOf(recipients);
    }
}
