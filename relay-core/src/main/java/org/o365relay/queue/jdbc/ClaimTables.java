package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
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
import org.o365relay.queue.Claim.Age;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.jdbc.FairScheduler.DueMessage;
import org.o365relay.time.SteadyClock.Reading;

/// Reads and writes the claims on messages: the lease, the mailbox that delivers the message, and the time at
/// which the message is due. Each method runs in the caller's transaction.
public final class ClaimTables {

    /// `due_at` of messages on hold, which stay open but are never due.
    static final Instant END_OF_TIME = Instant.parse("9999-12-31T00:00:00Z");

    /// [#END_OF_TIME] in milliseconds since 1970.
    public static final long NEVER = END_OF_TIME.toEpochMilli();

    private ClaimTables() {}

    /// Result of a claim.
    ///
    /// @param rows number of messages claimed, including damaged ones
    /// @param claims claims on the undamaged messages
    record Claimed(int rows, List<Claim> claims) {}

    /// A claimed row, and the age of its message.
    private record Claimable(MessageRow row, Age age) {

        static Claimable of(ResultSet row) throws SQLException {
            return new Claimable(MessageRow.of(row), ClockTable.age(row));
        }
    }

    /// Claims messages that are due. A message whose row is damaged is put on hold instead.
    static Claimed claim(Statements statements, String owner, List<DueMessage> next, long lease, Reading now)
            throws SQLException {
        long until = now.steady().plus(JdbcClaims.LEASE).toEpochMilli();
        Map<Long, Instant> dueAt = new HashMap<>();
        List<Claimable> rows = new ArrayList<>();
        for (DueMessage due : next) {
            recordInterruption(statements, due, now.calendar());
            List<Claimable> claimed = statements.list(
                    "claim-message",
                    Claimable::of,
                    lease,
                    until,
                    owner,
                    due.id(),
                    due.at().toEpochMilli(),
                    due.mailbox(),
                    now.steady().toEpochMilli());
            claimed.forEach(row -> dueAt.put(row.row().id(), due.at()));
            rows.addAll(claimed);
        }
        if (rows.isEmpty()) {
            return new Claimed(0, List.of());
        }
        List<Claim> claims = withRecipients(statements, lease, rows, dueAt);
        if (claims.size() < rows.size()) {
            Set<Long> valid = claims.stream().map(claim -> claim.id().value()).collect(Collectors.toUnmodifiableSet());
            for (Claimable row : rows) {
                if (!valid.contains(row.row().id())) {
                    holdDamaged(
                            statements,
                            row.row().id(),
                            lease,
                            "the message's row in the queue is damaged",
                            now.calendar());
                }
            }
        }
        return new Claimed(rows.size(), claims);
    }

    private static void recordInterruption(Statements statements, DueMessage due, Instant now) throws SQLException {
        statements.update(
                "record-interruption",
                now.toEpochMilli(),
                "the attempt did not end within its lease; the upstream may have accepted the message",
                due.id(),
                due.at().toEpochMilli(),
                due.mailbox());
    }

    /// Ends a claim after an attempt with an unknown result. The attempt counts.
    ///
    /// @return whether the lease was still valid
    static boolean interrupt(Statements statements, Claim claim, Duration pause, Reading now) throws SQLException {
        long id = claim.id().value();
        int changed =
                statements.update("interrupt-claim", now.steady().plus(pause).toEpochMilli(), id, claim.lease());
        if (changed > 0) {
            String detail = "the relay failed during this attempt; the upstream may have accepted the message";
            statements.update(
                    "insert-event", id, now.calendar().toEpochMilli(), null, "interrupted", "", detail, "", 1);
        }
        return changed > 0;
    }

    /// Ends the claim on a damaged message and puts the message on hold. The attempt does not count.
    ///
    /// @return whether the lease was still valid
    static boolean holdDamaged(Statements statements, long id, long lease, String damage, Instant now)
            throws SQLException {
        int changed = statements.update("hold-damaged-claim", now.toEpochMilli(), NEVER, id, lease);
        if (changed > 0) {
            statements.update("insert-event", id, now.toEpochMilli(), null, "damaged", "", damage, "", 0);
        }
        return changed > 0;
    }

    private static List<Claim> withRecipients(
            Statements statements, long lease, List<Claimable> rows, Map<Long, Instant> dueAt) throws SQLException {
        Map<Long, List<RecipientRow>> recipients =
                statements.list("claimed-recipients", RecipientRow::of, lease).stream()
                        .collect(Collectors.groupingBy(RecipientRow::messageId));
        return rows.stream()
                .flatMap(claimed -> claimed
                        .row()
                        .claim(
                                lease,
                                dueAt.getOrDefault(claimed.row().id(), Instant.EPOCH),
                                claimed.age(),
                                recipients.getOrDefault(claimed.row().id(), List.of()))
                        .stream())
                .toList();
    }

    /// Leases a message for an operator's bounce, whether the message is on hold or not.
    ///
    /// @param lease number of the lease; must be negative, which marks a claim that is not a delivery attempt
    /// @param until end of the lease; not used for a message on hold, whose lease does not expire
    /// @return the claim; empty if the row of the message is damaged, in which case the message is not changed
    static Optional<Claim> claimForBounce(Statements statements, Candidate message, long lease, Instant until)
            throws SQLException {
        long id = message.id().value();
        List<Claimable> rows = statements.list("claim-for-bounce", Claimable::of, lease, until.toEpochMilli(), id);
        Map<Long, Instant> dueAt = Map.of(id, Instant.ofEpochMilli(message.dueAt()));
        Optional<Claim> claim =
                withRecipients(statements, lease, rows, dueAt).stream().findFirst();
        if (claim.isEmpty()) {
            statements.update("put-back", message.dueAt(), message.mailbox(), id, lease);
        }
        return claim;
    }

    /// @return the earliest due time of the messages in the scope; null if the scope has no open message. For a
    ///     message being delivered, the end of its lease is used, and for one on hold, [#END_OF_TIME]
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
        long millis = statements.number("next-due", mailbox, priority, mailbox, priority, mailbox, priority);
        return millis == 0 ? null : Instant.ofEpochMilli(millis);
    }

    /// Ends a claim as if it had not been made. If no earlier attempt counts, a message routed to a pool
    /// returns to the pool, unless it was claimed for a bounce.
    ///
    /// @return whether the lease was still valid
    static boolean putBack(Statements statements, Claim claim) throws SQLException {
        return statements.update(
                        "put-back",
                        claim.dueAt().toEpochMilli(),
                        claim.lease() > 0 && claim.attempts() == 1 ? claim.route() : claim.mailbox(),
                        claim.id().value(),
                        claim.lease())
                > 0;
    }

    static List<String> mailboxes(Statements statements) throws SQLException {
        return statements.list("mailboxes", row -> row.getString(1));
    }

    /// @param limit the latest time at which a message that is not on hold should be due
    /// @return IDs of at most `max` messages that are due after the limit and are neither on hold nor leased
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
        return statements.list(
                "due-too-late",
                row -> row.getLong(1),
                mailbox,
                priority,
                mailbox,
                priority,
                mailbox,
                priority,
                limit.toEpochMilli(),
                NEVER,
                max);
    }

    /// @return the number of messages changed
    static int makeDue(Statements statements, String mailbox, Set<String> reasons, int maxAttempts, Instant now)
            throws SQLException {
        int changed = 0;
        for (String reason : reasons) {
            changed += statements.update("make-due-by-reason", now.toEpochMilli(), reason, mailbox, maxAttempts);
        }
        return changed;
    }

    /// @return the number of messages changed
    static int makeDue(Statements statements, List<Long> ids, Instant now) throws SQLException {
        int changed = 0;
        for (long id : ids) {
            changed += statements.update("make-due", now.toEpochMilli(), id);
        }
        return changed;
    }
}
