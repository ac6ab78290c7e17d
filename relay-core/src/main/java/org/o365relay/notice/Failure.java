package org.o365relay.notice;

import java.time.Instant;
import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;

/// A message whose delivery to some or all recipients failed permanently.
///
/// @param isNotice whether the message is a notice itself; no notice is sent about a notice
/// @param recipients the failed recipients, at least one
/// @param upstream name of the upstream or, if an NDR reported the failure, of the reporting MTA; empty if no
///     upstream was involved
/// @param attempts number of delivery attempts; 0 if there was none
/// @param occurredAt when delivery failed or the relay processed the NDR; the same failure with the same time
///     always produces the same notice
/// @param isReportedByNdr whether the upstream accepted the message, and an NDR reported the failure later
public record Failure(
        QueueId id,
        Arrival arrival,
        Envelope envelope,
        boolean isNotice,
        ReportedMessage original,
        List<FailedRecipient> recipients,
        String upstream,
        int attempts,
        Instant occurredAt,
        boolean isReportedByNdr)
        implements NoticeEvent {

    /// A failure during delivery by the relay.
    public Failure(
            QueueId id,
            Arrival arrival,
            Envelope envelope,
            boolean isNotice,
            ReportedMessage original,
            List<FailedRecipient> recipients,
            String upstream,
            int attempts,
            Instant occurredAt) {
        this(id, arrival, envelope, isNotice, original, recipients, upstream, attempts, occurredAt, false);
    }

    public Failure {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("a failure has at least one recipient");
        }
    }

    /// @return whether the message was probably delivered to all these recipients
    boolean isProbablyDelivered() {
        return recipients.stream().allMatch(FailedRecipient::probablyDelivered);
    }
}
