package org.o365relay.queue.jdbc;

import java.net.InetAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.Claim.Age;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.SuppressedMessage;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.queue.SuppressedNotices;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads and writes suppressed notices, and reads messages about which delay notices may be sent. Each method
/// runs in the caller's transaction.
final class NoticeTables {

    private static final Logger log = LoggerFactory.getLogger(NoticeTables.class);

    private NoticeTables() {}

    /// Records a suppressed notice. Does nothing if a notice about the same message, of the same kind and for
    /// the same recipient is already recorded.
    ///
    /// @param now time on the steady clock
    static void suppress(Statements statements, SuppressedNotice notice, Instant now) throws SQLException {
        statements.update(
                "insert-suppressed-notice",
                notice.message().value(),
                stored(notice.kind()),
                notice.client().getHostAddress(),
                notice.recipient().toString(),
                notice.at().toEpochMilli(),
                now.toEpochMilli());
    }

    private static String stored(SuppressedNotice.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    /// A row of `message`, the stored reason for the last deferral of the message, its age, and its recipients.
    record WaitingRow(MessageRow row, @Nullable String reason, Age age, List<RecipientRow> recipients) {}

    static List<WaitingRow> waiting(Statements statements, long after, long upTo, int max) throws SQLException {
        return statements.list(
                "delayed-candidates",
                row -> {
                    MessageRow message = MessageRow.of(row);
                    String reason = row.getString("reason");
                    return new WaitingRow(
                            message, reason, ClockTable.age(row), RecipientRow.all(statements, message.id()));
                },
                after,
                upTo,
                max);
    }

    static List<SuppressedNotices> groups(Statements statements, Instant until) throws SQLException {
        return statements.list("suppressed-notice-groups", row -> group(row, until), until.toEpochMilli()).stream()
                .flatMap(Optional::stream)
                .toList();
    }

    /// @return the group; empty if the row is damaged
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
        return statements
                .list(
                        "suppressed-notices",
                        row -> readable(statements, row),
                        group.client().getHostAddress(),
                        group.recipient().toString(),
                        group.until().toEpochMilli(),
                        max)
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    /// @return the message; empty if the row is damaged. The count of the group includes damaged rows
    private static Optional<SuppressedMessage> readable(Statements statements, ResultSet row) throws SQLException {
        try {
            return Optional.of(message(statements, row));
        } catch (IllegalArgumentException | NullPointerException e) {
            log.warn("a digest omits a damaged row of the queue: {}", e.getMessage());
            return Optional.empty();
        }
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
        EmailAddress added = MessageRow.changes(row.getString("header_changes")).addedRecipient();
        row.getLong("due_at");
        boolean settled = row.wasNull();
        List<HistoryEntry> events = MessageTables.events(statements, new QueueId(id));
        return new SuppressedMessage(
                new QueueId(id),
                kind,
                Instant.ofEpochMilli(deleted ? suppressedAt : receivedAt),
                helo == null ? "" : helo,
                subject,
                recipients(statements, id, added, kind, events, Instant.ofEpochMilli(suppressedAt)),
                settled,
                !deleted,
                reason(events, kind));
    }

    private static List<EmailAddress> recipients(
            Statements statements,
            long id,
            @Nullable EmailAddress added,
            SuppressedNotice.Kind kind,
            List<HistoryEntry> events,
            Instant since)
            throws SQLException {
        Set<Integer> failed = new HashSet<>();
        events.stream()
                .filter(event -> isFailure(event) && !event.at().isBefore(since))
                .flatMap(event -> Optional.ofNullable(event.recipient()).stream()) // an NDR may name another address
                .forEach(failed::add);
        return RecipientRow.all(statements, id).stream()
                .filter(row -> switch (kind) {
                    case FAILED ->
                        failed.contains(row.ordinal()) && row.dsnRequest().includes(NotifyCondition.FAILURE);
                    case DELAYED -> row.isOpen() || row.state().equals("delivered");
                })
                .map(row -> row.recipient().address())
                .filter(address -> !address.equals(added))
                .toList();
    }

    /// @return whether the event is a permanent failure for a recipient: in an attempt, by a bounce, or as
    ///     reported by an NDR
    private static boolean isFailure(HistoryEntry event) {
        return event.kind().equals("failed") || event.kind().equals("ndr");
    }

    private static String reason(List<HistoryEntry> events, SuppressedNotice.Kind kind) {
        return events.stream()
                .filter(event -> kind == SuppressedNotice.Kind.DELAYED || isFailure(event))
                .map(HistoryEntry::reason)
                .filter(reason -> !reason.isEmpty())
                .reduce("", (_, later) -> later);
    }

    /// @return whether the number of stored notices in the group is unchanged and not zero; notices suppressed
    ///     after the end of the period are ignored
    static boolean isUnchanged(Statements statements, SuppressedNotices group) throws SQLException {
        long stored = statements.number(
                "count-suppressed-notices",
                group.client().getHostAddress(),
                group.recipient().toString(),
                group.until().toEpochMilli());
        return stored > 0 && stored == group.count();
    }

    /// Deletes the stored notices of the group, except those suppressed after the end of its period.
    static void delete(Statements statements, SuppressedNotices group) throws SQLException {
        statements.update(
                "delete-suppressed-notices",
                group.client().getHostAddress(),
                group.recipient().toString(),
                group.until().toEpochMilli());
    }
}
