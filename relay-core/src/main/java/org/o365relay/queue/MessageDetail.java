package org.o365relay.queue;

import java.util.List;
import org.o365relay.mail.QueueId;

/// A message with its recipients and history.
///
/// @param protocol it was received by, such as ESMTP
/// @param body 7BIT, 8BITMIME or BINARYMIME
/// @param content id under which its content is stored: another message's for a part of a split message
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
        List<Event> events) {

    public MessageDetail {
        recipients = List.copyOf(recipients);
        events = List.copyOf(events);
    }

    /// One recipient.
    ///
    /// @param state `queued`, `delivered`, `failed` or `deleted`
    public record RecipientEntry(int ordinal, String address, String state) {}
}
