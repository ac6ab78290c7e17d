package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

/// A message in a digest of suppressed notices.
///
/// @param kind kind of the notice
/// @param receivedAt when the message was received; if it is no longer in the history, when the notice was
///     suppressed
/// @param helo HELO or EHLO name of the device; empty if unknown
/// @param subject subject of the message; null if it has none, or if it is unknown
/// @param recipients for a failure notice, the recipients that have failed since it was suppressed and whose
///     failure is to be reported; for a delay notice, the open and the delivered recipients
/// @param settled whether the message is settled
/// @param reason reason of the last failure or, for a delay notice, of the last failure or deferral, as in the
///     reply catalogue; empty if unknown
public record SuppressedMessage(
        QueueId id,
        SuppressedNotice.Kind kind,
        Instant receivedAt,
        String helo,
        @Nullable String subject,
        List<EmailAddress> recipients,
        boolean settled,
        String reason) {

    public SuppressedMessage {
        recipients = List.copyOf(recipients);
    }
}
