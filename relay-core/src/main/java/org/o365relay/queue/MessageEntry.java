package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;

/// A message in a list. Strings contain the stored values without validation, so that damaged rows can be
/// listed, too.
///
/// @param client IP address of the client
/// @param sender envelope sender; empty for the null sender
/// @param recipients the first few recipients, in envelope order
/// @param recipientCount total number of recipients
/// @param size size of the original content in octets
/// @param route the mailbox or pool chosen by the routing rules or by an operator
/// @param mailbox the mailbox or pool that the message waits for; once the message is settled, the last one
/// @param attempts number of delivery attempts that count, including one in progress
/// @param dueAt time of the next attempt; null if settled, on hold, or being delivered
/// @param reason reason for the last deferral; `interrupted` if the message was never deferred but an attempt
///     was interrupted; otherwise empty
/// @param subject the decoded subject; empty if there is none or it is unknown
/// @param messageId the value of the Message-ID field, safe to display; empty if there is none or it is unknown
/// @param newMessageId the Message-ID that is sent instead of `messageId`, because an earlier message with
///     different content has the same Message-ID; empty if the message keeps its own
/// @param settledAt when the message was settled; null while it is open
/// @param notice whether the relay generated the message (a notice or an alert)
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
        String newMessageId,
        @Nullable Instant settledAt,
        boolean notice) {

    public MessageEntry {
        recipients = List.copyOf(recipients);
    }

    /// @return the Message-ID that the relay sends: `newMessageId` or, if that is empty, `messageId`; empty if
    ///     the device sent none or it is unknown
    public String sentMessageId() {
        return newMessageId.isEmpty() ? messageId : newMessageId;
    }
}
