package org.o365relay.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Priority;

/// What is written to and read from the tables about who delivers what, and when. Each method is part of a
/// transaction of its caller's.
final class Lanes {

    private Lanes() {}

    /// What came of a claim.
    ///
    /// @param rows how many messages were claimed, damaged ones included
    record Claimed(int rows, List<Claim> claims) {}

    /// @param until when the lease ends
    static Claimed claim(Statements statements, String owner, List<Due> next, long lease, Instant until)
            throws SQLException {
        Map<Long, Instant> dueAt = new HashMap<>();
        List<MessageRow> rows = new ArrayList<>();
        for (Due due : next) {
            try (ResultSet row = statements
                    .with(
                            "claim-message",
                            lease,
                            until.toEpochMilli(),
                            owner,
                            due.id(),
                            due.at().toEpochMilli(),
                            due.lane())
                    .executeQuery()) {
                while (row.next()) {
                    rows.add(MessageRow.of(row));
                    dueAt.put(due.id(), due.at());
                }
            }
        }
        return rows.isEmpty()
                ? new Claimed(0, List.of())
                : new Claimed(rows.size(), withRecipients(statements, lease, rows, dueAt));
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

    /// @return when the next message that the claimant may have is due; null if there is none
    static @Nullable Instant nextDue(Statements statements, Supply supply) throws SQLException {
        Instant next = null;
        for (String lane : supply.lanes()) {
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

    /// If nothing has been tried yet, it is nobody's again.
    static boolean putBack(Statements statements, Claim claim) throws SQLException {
        return statements
                        .with(
                                "put-back",
                                claim.dueAt().toEpochMilli(),
                                claim.attempts() == 1 ? claim.route() : claim.lane(),
                                claim.id().value(),
                                claim.lease())
                        .executeUpdate()
                > 0;
    }

    /// @return how many messages are the pool's again, at most `most`
    static int release(Statements statements, String owner, String pool, int most) throws SQLException {
        return statements.with("release", owner, pool, most).executeUpdate();
    }

    static List<String> names(Statements statements) throws SQLException {
        try (ResultSet row = statements.with("lanes").executeQuery()) {
            List<String> names = new ArrayList<>();
            while (row.next()) {
                names.add(row.getString(1));
            }
            return names;
        }
    }

    /// Where a walk through a lane has come to.
    record Place(int priority, String client, long dueAt, long id) {
        static final Place START = new Place(-1, "", 0, 0);
    }

    /// A message of a lane, and where it is.
    record Passed(Place place, MessageRow row, List<RecipientRow> recipients) {}

    static List<Passed> stranded(Statements statements, String lane, Place after, int most) throws SQLException {
        List<Passed> passed = new ArrayList<>();
        try (ResultSet row = statements
                .with("stranded", lane, after.priority(), after.client(), after.dueAt(), after.id(), most)
                .executeQuery()) {
            while (row.next()) {
                MessageRow message = MessageRow.of(row);
                Place place =
                        new Place(row.getInt("priority"), row.getString("client"), row.getLong("due_at"), message.id());
                passed.add(new Passed(place, message, recipients(statements, message.id())));
            }
        }
        return passed;
    }

    private static List<RecipientRow> recipients(Statements statements, long message) throws SQLException {
        try (ResultSet row = statements.with("recipients", message).executeQuery()) {
            List<RecipientRow> recipients = new ArrayList<>();
            while (row.next()) {
                recipients.add(RecipientRow.of(row));
            }
            return recipients;
        }
    }

    /// @return how many messages were moved
    static int reroute(Statements statements, String lane, Map<Long, Way> ways) throws SQLException {
        int moved = 0;
        for (Map.Entry<Long, Way> entry : ways.entrySet()) {
            Way way = entry.getValue();
            moved += statements
                    .with("reroute", way.route(), way.route(), MessageRow.number(way.priority()), entry.getKey(), lane)
                    .executeUpdate();
        }
        return moved;
    }
}
