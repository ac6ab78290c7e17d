package org.o365relay.notice;

import java.time.Instant;
import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;

/// A message accepted by an upstream that does not report deliveries, although the sender requested a delivery
/// notification (RFC 3461 §5.2.2).
///
/// @param recipients the recipients for whom the upstream accepted the message in this attempt and the sender
///     requested a notification; at least one
/// @param upstream name of the upstream
/// @param occurredAt when the upstream accepted it
public record RelayedMessage(
        QueueId id,
        Arrival arrival,
        Envelope envelope,
        boolean isNotice,
        ReportedMessage original,
        List<RelayedRecipient> recipients,
        String upstream,
        Instant occurredAt)
        implements NoticeEvent {

    public RelayedMessage {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("a relayed message has at least one recipient");
        }
    }
}
