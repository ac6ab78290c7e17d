package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueSummary;
import org.o365relay.time.SteadyClock.Reading;

/// Counts the open messages with index scans. Apart from indexes, reads only the rows of messages that are
/// being delivered, of the oldest message in each group, and of each client's message that is due next.
final class SummaryTables {

    private static final int MAX_CLIENTS = 20;

    /// A group of open messages.
    ///
    /// @param oldest ID of the oldest message, which is the lowest in the group
    private record Group(long messages, long oldest) {

        Group plus(Group other) {
            return new Group(messages + other.messages, Math.min(oldest, other.oldest));
        }
    }

    private record QueueKey(String mailbox, int priority) {}

    private final Statements statements;
    private final Set<QueueKey> queues = new HashSet<>();
    private final Map<String, Group> mailboxes = new HashMap<>();
    private final Map<String, Group> clients = new HashMap<>();
    private final Map<String, Long> due = new HashMap<>(); // by mailbox
    private final Map<String, Group> reasons = new HashMap<>();
    private @Nullable Group all;

    private SummaryTables(Statements statements) {
        this.statements = statements;
    }

    static QueueSummary summary(Statements statements, Reading now) throws SQLException {
        SummaryTables tables = new SummaryTables(statements);
        tables.readQueues(now.steady());
        tables.readReasons();
        return tables.summary(now);
    }

    private void readQueues(Instant now) throws SQLException {
        try (ResultSet row = statements
                .with("open-by-mailbox-and-client", now.toEpochMilli())
                .executeQuery()) {
            while (row.next()) {
                QueueKey queue = new QueueKey(row.getString(1), row.getInt(2));
                Group group = new Group(row.getLong(4), row.getLong(5));
                queues.add(queue);
                mailboxes.merge(queue.mailbox(), group, Group::plus);
                clients.merge(row.getString(3), group, Group::plus);
                due.merge(queue.mailbox(), row.getLong(6), Long::sum);
                all = all == null ? group : all.plus(group);
            }
        }
    }

    private void readReasons() throws SQLException {
        try (ResultSet row = statements.with("open-by-reason").executeQuery()) {
            while (row.next()) {
                String reason = row.getString(1);
                reasons.put(reason, new Group(row.getLong(2), statements.number("oldest-with-reason", reason)));
            }
        }
    }

    private QueueSummary summary(Reading now) throws SQLException {
        return new QueueSummary(
                now.calendar(),
                states(),
                all == null ? null : new QueueId(Math.max(0, all.oldest())),
                all == null ? null : receivedAt(all.oldest()),
                nextDue(now.offset()),
                counts(mailboxes, Integer.MAX_VALUE),
                due,
                counts(clients, MAX_CLIENTS),
                counts(reasons, Integer.MAX_VALUE));
    }

    private Map<MessageState, Long> states() throws SQLException {
        long open = all == null ? 0 : all.messages();
        long deferredAll = reasons.values().stream().mapToLong(Group::messages).sum();
        try (ResultSet delivering = statements.with("open-in-delivery").executeQuery();
                ResultSet onHold = statements.with("open-on-hold").executeQuery()) {
            delivering.next();
            onHold.next();
            long held = onHold.getLong(1) - delivering.getLong(2); // excludes messages that an operator is bouncing
            long heldDeferred = onHold.getLong(2);
            long deferred = deferredAll - heldDeferred - delivering.getLong(3);
            Map<MessageState, Long> states = new EnumMap<>(MessageState.class);
            states.put(MessageState.DELIVERING, delivering.getLong(1));
            states.put(MessageState.HELD, held);
            states.put(MessageState.DEFERRED, deferred);
            states.put(MessageState.QUEUED, open - delivering.getLong(1) - held - deferred);
            return states;
        }
    }

    /// Ignores messages that are being delivered: their due time is the end of the lease, not the next attempt.
    private @Nullable Instant nextDue(Duration offset) throws SQLException {
        long next = ClaimTables.NEVER;
        for (QueueKey queue : queues) {
            next = Math.min(next, nextDue(queue.mailbox(), queue.priority()));
        }
        return next == ClaimTables.NEVER ? null : Instant.ofEpochMilli(next).plus(offset);
    }

    private long nextDue(String mailbox, int priority) throws SQLException {
        long millis = statements.number("next-attempt", mailbox, priority, mailbox, priority, mailbox, priority);
        return millis == 0 ? ClaimTables.NEVER : millis;
    }

    private List<GroupCount> counts(Map<String, Group> groups, int max) throws SQLException {
        List<Map.Entry<String, Group>> largest = groups.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, Group>>comparingLong(
                                entry -> -entry.getValue().messages())
                        .thenComparing(Map.Entry::getKey))
                .limit(max)
                .toList();
        List<GroupCount> counts = new ArrayList<>();
        for (Map.Entry<String, Group> entry : largest) {
            Group group = entry.getValue();
            counts.add(new GroupCount(entry.getKey(), group.messages(), receivedAt(group.oldest())));
        }
        return counts;
    }

    private Instant receivedAt(long id) throws SQLException {
        return Instant.ofEpochMilli(statements.number("received-at", id));
    }
}
