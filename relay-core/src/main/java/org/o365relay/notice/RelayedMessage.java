package org.o365relay.notice;

import java.time.Instant;
import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;

/// A message handed to an upstream that reports no deliveries, for recipients of whose fate the sender wanted
/// to hear (RFC 3461 §5.2.2).
///
/// @param recipients those handed over now and asked about, at least one
/// @param upstream host name of the mail service
/// @param now when it was handed over
public record RelayedMessage(
        QueueId id,
        Arrival arrival,
        Envelope envelope,
        boolean isNotice,
        ReportedMessage original,
        List<RelayedRecipient> recipients,
        String upstream,
        Instant now)
        implements NoticeEvent {

    public RelayedMessage {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("at least one recipient is told of");
        }
    }
}
