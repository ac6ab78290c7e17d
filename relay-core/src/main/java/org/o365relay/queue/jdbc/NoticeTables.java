package org.o365relay.queue.jdbc;

import java.net.InetAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.SuppressedMessage;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.queue.SuppressedNotices;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads and writes suppressed notices and delay notices. Each method is part of the caller's transaction.
final class NoticeTables {

    private static final Logger log = LoggerFactory.getLogger(NoticeTables.class);

    private NoticeTables() {}

    /// Records a suppressed notice, once for each message and kind.
    static void suppress(Statements statements, SuppressedNotice notice) throws SQLException {
        statements
                .with(
                        "insert-suppressed-notice",
                        notice.message().value(),
                        stored(notice.kind()),
                        notice.client().getHostAddress(),
                        notice.recipient().toString(),
                        notice.at().toEpochMilli())
                .executeUpdate();
    }

    private static String stored(SuppressedNotice.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /// @return whether the message is still open
    static boolean recordDelay(Statements statements, QueueId id, Instant now, String detail) throws SQLException {
        return statements
                        .with("insert-delayed-event", now.toEpochMilli(), detail, id.value())
                        .executeUpdate()
                > 0;
    }

    /// A row of `message`, the reason of its last deferral, and its recipients.
    record WaitingRow(MessageRow row, @Nullable String reason, List<RecipientRow> recipients) {}

    static List<WaitingRow> waiting(Statements statements, long after, long before, int max) throws SQLException {
        List<WaitingRow> waiting = new ArrayList<>();
        try (ResultSet row =
                statements.with("delayed-candidates", after, before, max).executeQuery()) {
            while (row.next()) {
                MessageRow message = MessageRow.of(row);
                waiting.add(new WaitingRow(
                        message, row.getString("reason"), ClaimTables.recipients(statements, message.id())));
            }
        }
        return waiting;
    }

    static List<SuppressedNotices> groups(Statements statements, Instant until) throws SQLException {
        try (ResultSet row = statements
                .with("suppressed-notice-groups", until.toEpochMilli())
                .executeQuery()) {
            List<SuppressedNotices> groups = new ArrayList<>();
            while (row.next()) {
                group(row, until).ifPresent(groups::add);
            }
            return groups;
        }
    }

    /// @return empty if the row is damaged
    private static Optional<SuppressedNotices> group(ResultSet row, Instant until) throws SQLException {
        String client = row.getString("client");
        String recipient = row.getString("recipient");
        try {
            return Optional.of(new SuppressedNotices(
                    InetAddress.ofLiteral(client),
                    MessageRow.address(recipient),
                    row.getInt("count"),
                    Instant.ofEpochMilli(row.getLong("since")),
                    until));
        } catch (IllegalArgumentException e) {
            log.debug("no digest about \"{}\" can be sent to \"{}\": {}", client, recipient, e.getMessage());
            return Optional.empty();
        }
    }

    static List<SuppressedMessage> messages(Statements statements, SuppressedNotices group, int max)
            throws SQLException {
        List<SuppressedMessage> messages = new ArrayList<>();
        try (ResultSet row = statements
                .with(
                        "suppressed-notices",
                        group.client().getHostAddress(),
                        group.recipient().toString(),
                        group.until().toEpochMilli(),
                        max)
                .executeQuery()) {
            while (row.next()) {
                try {
                    messages.add(message(statements, row));
                } catch (IllegalArgumentException | NullPointerException e) { // damaged, but included in the count
                    log.warn("a digest leaves out a damaged row: {}", e.getMessage());
                }
            }
        }
        return messages;
    }

    private static SuppressedMessage message(Statements statements, ResultSet row) throws SQLException {
        long id = row.getLong("message_id");
        long suppressedAt = row.getLong("at");
        SuppressedNotice.Kind kind =
                SuppressedNotice.Kind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT));
        long receivedAt = row.getLong("received_at");
        boolean deleted = row.wasNull();
        String subject = row.getString("subject");
        String helo = row.getString("helo");
        row.getLong("due_at");
        boolean settled = row.wasNull() && !deleted;
        List<HistoryEntry> events = MessageTables.events(statements, new QueueId(id));
        return new SuppressedMessage(
                new QueueId(id),
                kind,
                Instant.ofEpochMilli(deleted ? suppressedAt : receivedAt),
                helo == null ? "" : helo,
                subject,
                recipients(statements, id, kind, events, Instant.ofEpochMilli(suppressedAt)),
                settled,
                reason(events, kind));
    }

    private static List<EmailAddress> recipients(
            Statements statements, long id, SuppressedNotice.Kind kind, List<HistoryEntry> events, Instant since)
            throws SQLException {
        Set<Integer> failed = new HashSet<>();
        events.stream()
                .filter(event -> event.kind().equals("failed") && !event.at().isBefore(since))
                .forEach(event -> failed.add(Objects.requireNonNull(event.recipient(), "an outcome has a recipient")));
        return ClaimTables.recipients(statements, id).stream()
                .filter(row -> switch (kind) {
                    case FAILED ->
                        failed.contains(row.ordinal()) && row.dsnRequest().includes(NotifyCondition.FAILURE);
                    case DELAYED -> row.isOpen() || row.state().equals("delivered");
                })
                .map(row -> row.recipient().address())
                .toList();
    }

    private static String reason(List<HistoryEntry> events, SuppressedNotice.Kind kind) {
        return events.stream()
                .filter(event ->
                        kind == SuppressedNotice.Kind.DELAYED || event.kind().equals("failed"))
                .map(HistoryEntry::reason)
                .filter(reason -> !reason.isEmpty())
                .reduce("", (_, later) -> later);
    }

    /// @return whether the stored group has as many notices as this one, not counting those suppressed later
    static boolean isUnchanged(Statements statements, SuppressedNotices group) throws SQLException {
        try (ResultSet row = statements
                .with(
                        "count-suppressed-notices",
                        group.client().getHostAddress(),
                        group.recipient().toString(),
                        group.until().toEpochMilli())
                .executeQuery()) {
            return row.next() && group.count() > 0 && row.getInt(1) == group.count();
        }
    }

    /// @param until deletes notices suppressed by then, in milliseconds
    /// @return number of rows deleted, at most `max`
    static int delete(Statements statements, String client, String recipient, long until, int max) throws SQLException {
        return statements
                .with("delete-suppressed-notices", client, recipient, until, max)
                .executeUpdate();
    }
}
