package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;

/// What there is to say of a message in a line. Texts are as they were stored: a damaged row is shown, too.
///
/// @param client IP address
/// @param sender empty for the null sender
/// @param recipients the first few, in their order
/// @param recipientCount how many there are
/// @param size octets of the original
/// @param route the mailbox or pool that was chosen for it
/// @param mailbox the mailbox or pool it waits for now, or went through
/// @param attempts begun so far
/// @param dueAt when it is tried next; null if it is settled, on hold, or being delivered
/// @param reason why it was deferred last; empty if it never was
/// @param subject decoded; empty if there is none or it is not known
/// @param messageId as the device wrote it; empty if there is none or it is not known
/// @param settledAt null while it is open
/// @param notice whether it is one of the relay's own letters
public record MessageEntry(
        QueueId id,
        MessageState state,
        Instant receivedAt,
        String client,
        String helo,
        String sender,
        List<String> recipients,
        int recipientCount,
        long size,
        String route,
        String mailbox,
        Priority priority,
        int attempts,
        @Nullable Instant dueAt,
        String reason,
        String subject,
        String messageId,
        @Nullable Instant settledAt,
        boolean notice) {

    public MessageEntry {
        recipients = List.copyOf(recipients);
    }
}
