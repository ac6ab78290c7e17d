package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.QueueId;

/// A message with its recipients and history.
///
/// @param protocol the protocol used to receive the message, such as ESMTP
/// @param body the body type: 7BIT, 8BITMIME or BINARYMIME
/// @param content ID under which the content is stored; for a part of a split message it may be the ID of
///     another part
/// @param changes what the rewriting rules decided
/// @param hasContent whether the content is still stored
/// @param contentUntil until when the content of the settled message is kept; null if it is open, or if its
///     content is kept for other messages only, or not at all
/// @param recipients all recipients, in envelope order
/// @param events history, oldest first
public record MessageDetail(
        MessageEntry entry,
        String protocol,
        String body,
        boolean smtpUtf8,
        HeaderChanges changes,
        QueueId content,
        boolean hasContent,
        @Nullable Instant contentUntil,
        List<RecipientEntry> recipients,
        List<HistoryEntry> events) {

    /// Events that show what became of a recipient.
    private static final Set<String> RESULTS =
            Set.of("delivered", "deferred", "failed", "postponed", "interrupted", "deleted", "redirected", "ndr");

    public MessageDetail {
        recipients = List.copyOf(recipients);
        events = List.copyOf(events);
    }

    /// @return the last event that shows what became of this recipient; empty if there is none yet
    public Optional<HistoryEntry> lastResult(RecipientEntry recipient) {
        boolean isOpen = recipient.state().equals("queued");
        return events.reversed().stream()
                .filter(event -> RESULTS.contains(event.kind()))
                .filter(event -> event.recipient() == null
                        ? isOpen || recipient.state().equals(event.kind())
                        : Objects.equals(event.recipient(), recipient.ordinal()))
                .findFirst();
    }

    /// A recipient and its delivery state.
    ///
    /// @param state `queued`, `delivered`, `failed`, `deleted`, or `redirected` (an operator changed the
    ///     address to that of another recipient of the message)
    public record RecipientEntry(int ordinal, String address, String state) {}
}
