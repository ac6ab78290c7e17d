package org.o365relay.notice;

import java.time.Instant;
import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.ReportedMessage;

/// A message given up for some or all of its recipients.
///
/// @param isNotice whether it was a notice itself, about which there is never another one
/// @param recipients those given up now, at least one
/// @param upstream host name of the mail service
/// @param attempts how often delivery was tried; 0 if the message could not even be tried
/// @param now when it was given up; with the id it makes the notice the same whenever it is written
/// @param isReportedByNdr whether the mail service had taken it, and reported later that it could not deliver it
public record Failure(
        QueueId id,
        Arrival arrival,
        Envelope envelope,
        boolean isNotice,
        ReportedMessage original,
        List<FailedRecipient> recipients,
        String upstream,
        int attempts,
        Instant now,
        boolean isReportedByNdr)
        implements NoticeEvent {

    /// What the relay itself has given up.
    public Failure(
            QueueId id,
            Arrival arrival,
            Envelope envelope,
            boolean isNotice,
            ReportedMessage original,
            List<FailedRecipient> recipients,
            String upstream,
            int attempts,
            Instant now) {
        this(id, arrival, envelope, isNotice, original, recipients, upstream, attempts, now, false);
    }

    public Failure {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("a failure has at least one recipient");
        }
    }
}
