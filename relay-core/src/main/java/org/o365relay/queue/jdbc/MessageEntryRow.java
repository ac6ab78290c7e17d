package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.mail.HeaderChanges;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;

/// A row of the table `message`, read leniently so that lists of messages include damaged rows.
///
/// @param content ID under which the content of the message is stored
/// @param contentUntil until when the content of the settled message is kept, on the system clock; null if it
///     is not kept for this message
record MessageEntryRow(
        MessageEntry entry,
        QueueId content,
        @Nullable Instant contentUntil,
        String protocol,
        String body,
        boolean smtpUtf8,
        HeaderChanges changes) {

    /// @param recipients addresses of the first few recipients
    /// @param offset how far the system clock is ahead of the steady clock
    static MessageEntryRow of(ResultSet row, List<String> recipients, Duration offset) throws SQLException {
        QueueId id = new QueueId(row.getLong("id"));
        MessageState state = state(row);
        Instant dueAt = Instant.ofEpochMilli(row.getLong("due_at"));
        boolean isWaiting = state == MessageState.QUEUED || state == MessageState.DEFERRED;
        MessageEntry entry = new MessageEntry(
                id,
                state,
                Instant.ofEpochMilli(row.getLong("received_at")),
                text(row, "client"),
                text(row, "helo"),
                text(row, "sender"),
                recipients,
                row.getInt("recipients"),
                row.getLong("size"),
                text(row, "route"),
                text(row, "mailbox"),
                MessageRow.priority(row.getInt("priority")),
                row.getInt("attempts"),
                isWaiting ? dueAt.plus(offset) : null,
                text(row, "reason"),
                text(row, "subject"),
                text(row, "message_id_header"),
                text(row, "new_message_id"),
                time(row, "settled_at"),
                row.getInt("notice") != 0);
        long content = row.getLong("content_id");
        Instant contentUntil = time(row, "content_until");
        return new MessageEntryRow(
                entry,
                content > 0 ? new QueueId(content) : id,
                contentUntil == null ? null : contentUntil.plus(offset),
                text(row, "protocol"),
                text(row, "body"),
                row.getInt("smtp_utf8") != 0,
                Json.read(text(row, "header_changes"), HeaderChanges.class).orElse(HeaderChanges.NONE));
    }

    private static MessageState state(ResultSet row) throws SQLException {
        if (row.getObject("due_at") == null) {
            if (row.getInt("deleted") != 0) {
                return MessageState.DELETED;
            }
            return row.getInt("failed") != 0 ? MessageState.FAILED : MessageState.DELIVERED;
        }
        if (row.getObject("lease") != null) {
            return MessageState.DELIVERING;
        }
        if (row.getObject("held_at") != null) {
            return MessageState.HELD;
        }
        return row.getObject("reason") == null ? MessageState.QUEUED : MessageState.DEFERRED;
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return Objects.requireNonNullElse(row.getString(column), "");
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }
}
