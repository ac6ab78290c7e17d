package org.o365relay.queue;

import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// An open message about which a delay notice may be sent: it is not a notice itself, not from the null sender,
/// and not on hold.
///
/// @param recipients the open recipients
/// @param attempts number of delivery attempts that count, including one in progress
/// @param mailbox the mailbox or pool that the message waits for
/// @param reason reason for the last deferral, as in the reply catalogue, or `interrupted`; null if the message
///     was neither deferred nor interrupted
/// @param content opens the original content, byte for byte as received
public record WaitingMessage(
        QueueId id,
        Arrival arrival,
        Envelope envelope,
        List<Recipient> recipients,
        int attempts,
        String mailbox,
        Priority priority,
        @Nullable String reason,
        Claim.Age age,
        Supplier<InputStream> content) {

    public WaitingMessage {
        recipients = List.copyOf(recipients);
    }
}
