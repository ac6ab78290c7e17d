package org.o365relay.queue;

import java.util.List;
import org.o365relay.mail.QueueId;

/// All there is to say of a message.
///
/// @param protocol it came by, such as ESMTP
/// @param body 7BIT, 8BITMIME or BINARYMIME
/// @param content whose content it has: another one's if it is part of a divided message
/// @param hasContent whether the content is still there
/// @param recipients all of them, in their order
/// @param events what happened to it, oldest first
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
