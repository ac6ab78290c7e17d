package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

/// A message in a digest of suppressed notices.
///
/// @param kind of the notice
/// @param receivedAt when it was received; if it is no longer in the history, when the notice was suppressed
/// @param helo HELO or EHLO name of the device; empty if not known
/// @param subject null if there is none or it is not known
/// @param recipients those that the notice would have listed: the failed ones since then, or for a delay those
///     that have not failed
/// @param settled whether the message is settled
/// @param reason of the last failure, as in the reply catalogue; empty if not known
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
