package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Priority;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.Destination;

/// Reads and writes which mailbox delivers a message, and when it is due. Each method runs in the caller's
/// transaction.
public final class ClaimTables {

    /// `due_at` of messages on hold: they stay open but are never due.
    public static final Instant END_OF_TIME = Instant.parse("9999-12-31T00:00:00Z");

    private ClaimTables() {}

    /// Result of a claim.
    ///
    /// @param rows number of messages claimed, including damaged ones
    record Claimed(int rows, List<Claim> claims) {}

    /// Claims messages. Messages whose row is damaged are put on hold instead.
    static Claimed claim(Statements statements, String owner, List<DueMessage> next, long lease, Instant now)
            throws SQLException {
        Instant until = now.plus(JdbcClaims.LEASE);
        Map<Long, Instant> dueAt = new HashMap<>();
        List<MessageRow> rows = new ArrayList<>();
        for (DueMessage due : next) {
            recordInterruption(statements, due, now);
            try (ResultSet row = statements
                    .with(
                            "claim-message",
                            lease,
                            until.toEpochMilli(),
                            owner,
                            due.id(),
                            due.at().toEpochMilli(),
                            due.mailbox())
                    .executeQuery()) {
                while (row.next()) {
                    rows.add(MessageRow.of(row));
                    dueAt.put(due.id(), due.at());
                }
            }
        }
        if (rows.isEmpty()) {
            return new Claimed(0, List.of());
        }
        List<Claim> claims = withRecipients(statements, lease, rows, dueAt);
        if (claims.size() < rows.size()) {
            Set<Long> valid = claims.stream().map(claim -> claim.id().value()).collect(Collectors.toUnmodifiableSet());
            for (MessageRow row : rows) {
                if (!valid.contains(row.id())) {
                    holdDamaged(statements, row.id(), lease, "the message's row in the queue is damaged", now);
                }
            }
        }
        return new Claimed(rows.size(), claims);
    }

    private static void recordInterruption(Statements statements, DueMessage due, Instant now) throws SQLException {
        statements
                .with(
                        "record-interruption",
                        now.toEpochMilli(),
                        "the attempt did not end within its lease; the upstream may have accepted the message",
                        due.id(),
                        due.at().toEpochMilli(),
                        due.mailbox())
                .executeUpdate();
    }

    /// Ends a claim whose result is not known.
    ///
    /// @return whether the lease was still valid
    static boolean interrupt(Statements statements, Claim claim, Instant next, Instant now) throws SQLException {
        long id = claim.id().value();
        int changed = statements
                .with("interrupt-claim", next.toEpochMilli(), id, claim.lease())
                .executeUpdate();
        if (changed > 0) {
            String detail = "the relay failed during this attempt; the upstream may have accepted the message";
            statements
                    .with("insert-event", id, now.toEpochMilli(), null, "interrupted", "", detail, "", 1)
                    .executeUpdate();
        }
        return changed > 0;
    }

    /// Puts a damaged message on hold. The attempt does not count.
    ///
    /// @return whether the lease was still valid
    static boolean holdDamaged(Statements statements, long id, long lease, String damage, Instant now)
            throws SQLException {
        int changed = statements
                .with("hold-damaged-claim", now.toEpochMilli(), END_OF_TIME.toEpochMilli(), id, lease)
                .executeUpdate();
        if (changed > 0) {
            statements
                    .with("insert-event", id, now.toEpochMilli(), null, "damaged", "", damage, "", 0)
                    .executeUpdate();
        }
        return changed > 0;
    }

    private static List<Claim> withRecipients(
            Statements statements, long lease, List<MessageRow> rows, Map<Long, Instant> dueAt) throws SQLException {
        Map<Long, List<RecipientRow>> recipients = new HashMap<>();
        try (ResultSet row = statements.with("claimed-recipients", lease).executeQuery()) {
            while (row.next()) {
                RecipientRow next = RecipientRow.of(row);
                recipients
                        .computeIfAbsent(next.messageId(), _ -> new ArrayList<>())
                        .add(next);
            }
        }
        return rows.stream()
                .flatMap(row -> row
                        .claim(
                                lease,
                                dueAt.getOrDefault(row.id(), Instant.EPOCH),
                                recipients.getOrDefault(row.id(), List.of()))
                        .stream())
                .toList();
    }

    /// Leases a message, on hold or not, that an operator bounces.
    ///
    /// @param lease negative, so that no attempt is counted
    /// @param until end of the lease, unless the message is on hold
    /// @return the claim; empty if the row is damaged, and the message is then left unchanged
    static Optional<Claim> claimForBounce(Statements statements, Candidate message, long lease, Instant until)
            throws SQLException {
        List<MessageRow> rows = new ArrayList<>();
        long id = message.id().value();
        try (ResultSet row = statements
                .with("claim-for-bounce", lease, until.toEpochMilli(), id)
                .executeQuery()) {
            while (row.next()) {
                rows.add(MessageRow.of(row));
            }
        }
        Map<Long, Instant> dueAt = Map.of(id, Instant.ofEpochMilli(message.dueAt()));
        Optional<Claim> claim =
                withRecipients(statements, lease, rows, dueAt).stream().findFirst();
        if (claim.isEmpty()) {
            statements
                    .with("put-back", message.dueAt(), message.mailbox(), id, lease)
                    .executeUpdate();
        }
        return claim;
    }

    /// @return when the next message in the scope is due; null if there is none
    static @Nullable Instant nextDue(Statements statements, ClaimScope scope) throws SQLException {
        Instant next = null;
        for (String mailbox : scope.mailboxes()) {
            for (Priority priority : Priority.values()) {
                Instant due = nextDue(statements, mailbox, MessageRow.number(priority));
                next = next == null || (due != null && due.isBefore(next)) ? due : next;
            }
        }
        return next;
    }

    private static @Nullable Instant nextDue(Statements statements, String mailbox, int priority) throws SQLException {
        try (ResultSet row = statements
                .with("next-due", mailbox, priority, mailbox, priority, mailbox, priority)
                .executeQuery()) {
            long millis = row.next() ? row.getLong(1) : 0;
            return millis == 0 ? null : Instant.ofEpochMilli(millis);
        }
    }

    /// Ends a claim as if it had not been made. A message without an earlier attempt returns to its pool,
    /// unless it was claimed for a bounce.
    static boolean putBack(Statements statements, Claim claim) throws SQLException {
        return statements
                        .with(
                                "put-back",
                                claim.dueAt().toEpochMilli(),
                                claim.lease() > 0 && claim.attempts() == 1 ? claim.route() : claim.mailbox(),
                                claim.id().value(),
                                claim.lease())
                        .executeUpdate()
                > 0;
    }

    /// @return number of messages returned to the pool, at most `max`
    static int releaseToPool(Statements statements, String owner, String pool, int max) throws SQLException {
        return statements.with("release-to-pool", owner, pool, max).executeUpdate();
    }

    static List<String> mailboxes(Statements statements) throws SQLException {
        try (ResultSet row = statements.with("mailboxes").executeQuery()) {
            List<String> mailboxes = new ArrayList<>();
            while (row.next()) {
                mailboxes.add(row.getString(1));
            }
            return mailboxes;
        }
    }

    /// @param limit the latest time at which a message that is not on hold should be due
    /// @return IDs of messages due later, at most `max`
    static List<Long> dueTooLate(Statements statements, Instant limit, int max) throws SQLException {
        List<Long> found = new ArrayList<>();
        for (String mailbox : mailboxes(statements)) {
            for (Priority priority : Priority.values()) {
                int number = MessageRow.number(priority);
                if (found.size() < max) {
                    found.addAll(dueTooLate(statements, mailbox, number, limit, max - found.size()));
                }
            }
        }
        return found;
    }

    private static List<Long> dueTooLate(Statements statements, String mailbox, int priority, Instant limit, int max)
            throws SQLException {
        try (ResultSet row = statements
                .with(
                        "due-too-late",
                        mailbox,
                        priority,
                        mailbox,
                        priority,
                        mailbox,
                        priority,
                        limit.toEpochMilli(),
                        END_OF_TIME.toEpochMilli(),
                        max)
                .executeQuery()) {
            List<Long> ids = new ArrayList<>();
            while (row.next()) {
                ids.add(row.getLong(1));
            }
            return ids;
        }
    }

    /// @param limit later than now
    /// @return IDs of messages without an attempt that are due after the limit, at most `max`
    static List<Long> untriedButNotDue(Statements statements, Instant limit, int max) throws SQLException {
        long millis = limit.toEpochMilli();
        List<Long> ids = new ArrayList<>();
        try (ResultSet row = statements
                .with("untried-but-not-due", QueueIds.first(millis), millis, max)
                .executeQuery()) {
            while (row.next()) {
                ids.add(row.getLong(1));
            }
        }
        return ids;
    }

    /// @return number of messages made due
    static int makeDue(Statements statements, List<Long> ids, Instant now) throws SQLException {
        int changed = 0;
        for (long id : ids) {
            changed += statements.with("make-due", now.toEpochMilli(), id).executeUpdate();
        }
        return changed;
    }

    /// Position of a scan through the messages of a mailbox or pool.
    record ScanPosition(int priority, String client, long dueAt, long id) {
        static final ScanPosition START = new ScanPosition(-1, "", 0, 0);
    }

    /// An orphaned message and its position.
    record Orphaned(ScanPosition position, MessageRow row, List<RecipientRow> recipients) {}

    static List<Orphaned> orphaned(Statements statements, String mailbox, ScanPosition after, int max)
            throws SQLException {
        List<Orphaned> messages = new ArrayList<>();
        try (ResultSet row = statements
                .with("orphaned-messages", mailbox, after.priority(), after.client(), after.dueAt(), after.id(), max)
                .executeQuery()) {
            while (row.next()) {
                MessageRow message = MessageRow.of(row);
                ScanPosition position = new ScanPosition(
                        row.getInt("priority"), row.getString("client"), row.getLong("due_at"), message.id());
                messages.add(new Orphaned(position, message, recipients(statements, message.id())));
            }
        }
        return messages;
    }

    static List<RecipientRow> recipients(Statements statements, long message) throws SQLException {
        try (ResultSet row = statements.with("recipients", message).executeQuery()) {
            List<RecipientRow> recipients = new ArrayList<>();
            while (row.next()) {
                recipients.add(RecipientRow.of(row));
            }
            return recipients;
        }
    }

    /// @return number of messages rerouted
    static int reroute(Statements statements, String mailbox, Map<Long, Destination> destinations) throws SQLException {
        int moved = 0;
        for (Map.Entry<Long, Destination> entry : destinations.entrySet()) {
            Destination destination = entry.getValue();
            moved += statements
                    .with(
                            "reroute",
                            destination.route(),
                            destination.route(),
                            MessageRow.number(destination.priority()),
                            entry.getKey(),
                            mailbox)
                    .executeUpdate();
        }
        return moved;
    }
}
