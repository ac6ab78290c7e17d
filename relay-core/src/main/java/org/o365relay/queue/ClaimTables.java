package org.o365relay.queue;

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

/// What is written to and read from the tables about who delivers what, and when. Each method is part of a
/// transaction of its caller's.
final class ClaimTables {

    /// When messages on hold are due. No claim sees them, and they are open all the same.
    static final Instant END_OF_TIME = Instant.parse("9999-12-31T00:00:00Z");

    private ClaimTables() {}

    /// What came of a claim.
    ///
    /// @param rows how many messages were claimed, damaged ones included
    record Claimed(int rows, List<Claim> claims) {}

    /// Damaged rows are put on hold.
    static Claimed claim(Statements statements, String owner, List<DueMessage> next, long lease, Instant now)
            throws SQLException {
        Instant until = now.plus(MessageQueue.LEASE);
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
            Set<Long> whole = claims.stream().map(claim -> claim.id().value()).collect(Collectors.toUnmodifiableSet());
            for (MessageRow row : rows) {
                if (!whole.contains(row.id())) {
                    holdDamaged(statements, row.id(), lease, "what the queue knows of it makes no sense", now);
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
                        "nothing was heard of this attempt; the upstream may have the message",
                        due.id(),
                        due.at().toEpochMilli(),
                        due.mailbox())
                .executeUpdate();
    }

    /// Ends a claim of which nobody knows what came of it.
    ///
    /// @return whether the lease was still good
    static boolean interrupt(Statements statements, Claim claim, Instant next, Instant now) throws SQLException {
        long id = claim.id().value();
        int changed = statements
                .with("interrupt-claim", next.toEpochMilli(), id, claim.lease())
                .executeUpdate();
        if (changed > 0) {
            String detail = "the relay failed during this attempt; the upstream may have the message";
            statements
                    .with("insert-event", id, now.toEpochMilli(), null, "interrupted", "", detail, "", 1)
                    .executeUpdate();
        }
        return changed > 0;
    }

    /// Puts a damaged message on hold. The attempt does not count.
    ///
    /// @return whether the lease was still good
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

    /// Leases a message, on hold or not, that an operator wants to give up.
    ///
    /// @param lease a negative number: this is no attempt
    /// @param until when the lease ends, unless the message is on hold
    /// @return empty for a damaged row, which stays as it was
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

    /// @return when the next message that the claimant may have is due; null if there is none
    static @Nullable Instant nextDue(Statements statements, ClaimScope supply) throws SQLException {
        Instant next = null;
        for (String lane : supply.mailboxes()) {
            for (Priority priority : Priority.values()) {
                Instant due = nextDue(statements, lane, MessageRow.number(priority));
                next = next == null || (due != null && due.isBefore(next)) ? due : next;
            }
        }
        return next;
    }

    private static @Nullable Instant nextDue(Statements statements, String lane, int priority) throws SQLException {
        try (ResultSet row = statements
                .with("next-due", lane, priority, lane, priority, lane, priority)
                .executeQuery()) {
            long millis = row.next() ? row.getLong(1) : 0;
            return millis == 0 ? null : Instant.ofEpochMilli(millis);
        }
    }

    /// If nothing has been tried yet, it is nobody's again. Who was to be given up stays whose it was.
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

    /// @return how many messages are the pool's again, at most `most`
    static int releaseToPool(Statements statements, String owner, String pool, int most) throws SQLException {
        return statements.with("release-to-pool", owner, pool, most).executeUpdate();
    }

    static List<String> mailboxes(Statements statements) throws SQLException {
        try (ResultSet row = statements.with("mailboxes").executeQuery()) {
            List<String> names = new ArrayList<>();
            while (row.next()) {
                names.add(row.getString(1));
            }
            return names;
        }
    }

    /// @param limit when every message should be due that is not on hold
    /// @return messages that are not, at most about `most`
    static List<Long> dueTooLate(Statements statements, Instant limit, int most) throws SQLException {
        List<Long> late = new ArrayList<>();
        for (String lane : mailboxes(statements)) {
            for (Priority priority : Priority.values()) {
                int number = MessageRow.number(priority);
                if (late.size() < most) {
                    late.addAll(dueTooLate(statements, lane, number, limit, most - late.size()));
                }
            }
        }
        return late;
    }

    private static List<Long> dueTooLate(Statements statements, String lane, int priority, Instant limit, int most)
            throws SQLException {
        try (ResultSet row = statements
                .with(
                        "due-too-late",
                        lane,
                        priority,
                        lane,
                        priority,
                        lane,
                        priority,
                        limit.toEpochMilli(),
                        END_OF_TIME.toEpochMilli(),
                        most)
                .executeQuery()) {
            List<Long> ids = new ArrayList<>();
            while (row.next()) {
                ids.add(row.getLong(1));
            }
            return ids;
        }
    }

    /// @param limit later than now
    /// @return messages that nobody has tried, and that are due later all the same, at most `most`
    static List<Long> untriedButNotDue(Statements statements, Instant limit, int most) throws SQLException {
        long millis = limit.toEpochMilli();
        List<Long> ids = new ArrayList<>();
        try (ResultSet row = statements
                .with("untried-but-not-due", QueueIds.first(millis), millis, most)
                .executeQuery()) {
            while (row.next()) {
                ids.add(row.getLong(1));
            }
        }
        return ids;
    }

    /// @return how many messages are due now
    static int makeDue(Statements statements, List<Long> ids, Instant now) throws SQLException {
        int hastened = 0;
        for (long id : ids) {
            hastened += statements.with("make-due", now.toEpochMilli(), id).executeUpdate();
        }
        return hastened;
    }

    /// Where a walk through a lane has come to.
    record Place(int priority, String client, long dueAt, long id) {
        static final Place START = new Place(-1, "", 0, 0);
    }

    /// A message of a lane, and where it is.
    record Orphaned(Place place, MessageRow row, List<RecipientRow> recipients) {}

    static List<Orphaned> orphaned(Statements statements, String lane, Place after, int most) throws SQLException {
        List<Orphaned> passed = new ArrayList<>();
        try (ResultSet row = statements
                .with("orphaned-messages", lane, after.priority(), after.client(), after.dueAt(), after.id(), most)
                .executeQuery()) {
            while (row.next()) {
                MessageRow message = MessageRow.of(row);
                Place place =
                        new Place(row.getInt("priority"), row.getString("client"), row.getLong("due_at"), message.id());
                passed.add(new Orphaned(place, message, recipients(statements, message.id())));
            }
        }
        return passed;
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

    /// @return how many messages were moved
    static int reroute(Statements statements, String lane, Map<Long, Destination> ways) throws SQLException {
        int moved = 0;
        for (Map.Entry<Long, Destination> entry : ways.entrySet()) {
            Destination way = entry.getValue();
            moved += statements
                    .with("reroute", way.route(), way.route(), MessageRow.number(way.priority()), entry.getKey(), lane)
                    .executeUpdate();
        }
        return moved;
    }
}
