package org.o365relay.notice;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;

/// A message that has been delayed for so long that its author is notified.
///
/// @param recipients the recipients listed in the notice, who are still waiting for the message; at least one
/// @param reason why delivery is delayed
/// @param reply the reply that caused the last deferral, composed by the relay if `upstream` is empty; null if
///     there is none
/// @param upstream the upstream that sent the reply; empty if it was not sent by an upstream
/// @param attempts number of delivery attempts
/// @param retryUntil estimated earliest time at which the relay stops retrying
public record Delay(
        QueueId id,
        Arrival arrival,
        Envelope envelope,
        ReportedMessage original,
        List<Recipient> recipients,
        Reason reason,
        @Nullable Reply reply,
        String upstream,
        int attempts,
        Instant retryUntil,
        Instant occurredAt)
        implements NoticeEvent {

    public Delay {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("a delay has at least one recipient");
        }
    }

    /// Always false: no delay notice is sent about a notice.
    @Override
    public boolean isNotice() {
        return false;
    }
}
