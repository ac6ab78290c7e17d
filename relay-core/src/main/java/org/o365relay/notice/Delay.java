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

/// A message that has waited for so long that its author should know.
///
/// @param recipients those who wait for it and may be told of, at least one
/// @param reason why it waits
/// @param reply the last one the upstream gave; null if it was not tried yet
/// @param upstream where it was tried; empty if nowhere
/// @param attempts how often delivery was tried
/// @param retryUntil how long it is tried
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
        Instant now)
        implements NoticeEvent {

    public Delay {
        recipients = List.copyOf(recipients);
        if (recipients.isEmpty()) {
            throw new IllegalArgumentException("at least one recipient waits");
        }
    }

    /// Nobody is warned about a notice.
    @Override
    public boolean isNotice() {
        return false;
    }
}
