package org.o365relay.queue;

import java.util.List;
import org.o365relay.mail.QueueId;

/// A message with its recipients and history.
///
/// @param protocol the protocol used to receive the message, such as ESMTP
/// @param body the body type: 7BIT, 8BITMIME or BINARYMIME
/// @param content ID under which the content is stored; for a part of a split message it may be the ID of
///     another part
/// @param hasContent whether the content is still stored
/// @param recipients all recipients, in envelope order
/// @param events history, oldest first
public record MessageDetail(
        MessageEntry entry,
        String protocol,
        String body,
        boolean smtpUtf8,
        QueueId content,
        boolean hasContent,
        List<RecipientEntry> recipients,
        List<HistoryEntry> events) {

    public MessageDetail {
        recipients = List.copyOf(recipients);
        events = List.copyOf(events);
    }

    /// A recipient and its delivery state.
    ///
    /// @param state `queued`, `delivered`, `failed`, `deleted`, or `redirected` (an operator changed the
    ///     address to that of another recipient of the message)
    public record RecipientEntry(int ordinal, String address, String state) {}
}
