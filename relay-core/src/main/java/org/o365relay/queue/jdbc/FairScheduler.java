package org.o365relay.queue.jdbc;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.o365relay.mail.Priority;
import org.o365relay.queue.ClaimScope;

/// Chooses the due messages to claim next, so that a burst from one client does not delay the others. Urgent
/// messages come first. Within a priority, the clients take turns, with one message per turn, starting after
/// the client served last. The message chosen for a client is the one that has been due longest.
///
/// The client served last is not persisted: after a restart, the turns start with the client whose address is
/// first in alphabetical order.
final class FairScheduler {

    /// A message that was due when it was read. Another mailbox of its pool may claim it first.
    record DueMessage(long id, Instant at, String mailbox, Priority priority, String client) {}

    private static final Comparator<DueMessage> LONGEST_DUE =
            Comparator.comparing(DueMessage::at).thenComparingLong(DueMessage::id);

    private record Turn(String owner, Priority priority) {}

    private final Map<Turn, String> lastClient = new ConcurrentHashMap<>();

    /// @param max maximum number of messages, at least 1
    /// @return at most `max` messages, in the order in which they should be delivered
    List<DueMessage> next(Statements statements, ClaimScope scope, Instant now, int max) throws SQLException {
        List<DueMessage> next = new ArrayList<>();
        for (Priority priority : Priority.values()) {
            if (next.size() < max) {
                new Round(statements, scope, priority, now).select(max - next.size(), next);
            }
        }
        return next;
    }

    /// Records that the clients of these messages have had their turns, in this order. The messages are
    /// those that were selected, including any that another mailbox claimed first.
    void claimed(ClaimScope scope, List<DueMessage> claimed) {
        claimed.forEach(due -> lastClient.put(new Turn(scope.owner(), due.priority()), due.client()));
    }

    /// Selects the next messages among the due messages of one priority.
    private final class Round {
        private final Statements statements;
        private final List<String> mailboxes;
        private final int priorityNumber;
        private final Priority priority;
        private final Instant now;
        private final String previous; // the client served last; empty if none

        Round(Statements statements, ClaimScope scope, Priority priority, Instant now) {
            this.statements = statements;
            this.mailboxes = scope.mailboxes();
            this.priorityNumber = MessageRow.number(priority);
            this.priority = priority;
            this.now = now;
            this.previous = lastClient.getOrDefault(new Turn(scope.owner(), priority), "");
        }

        void select(int max, List<DueMessage> next) throws SQLException {
            SequencedSet<String> clients = clients(max);
            int largestShare = max - clients.size() + 1;
            Map<String, Deque<DueMessage>> byClient = new LinkedHashMap<>();
            for (String client : clients) {
                byClient.put(client, longestDue(client, largestShare));
            }
            int left = max;
            while (left > 0 && !byClient.isEmpty()) {
                var queues = byClient.values().iterator();
                while (left > 0 && queues.hasNext()) {
                    DueMessage due = queues.next().poll();
                    if (due == null) {
                        queues.remove();
                    } else {
                        next.add(due);
                        left--;
                    }
                }
            }
        }

        /// @return at most `max` clients with due messages, in the order of their turns
        private SequencedSet<String> clients(int max) throws SQLException {
            SequencedSet<String> clients = new LinkedHashSet<>();
            add(clients, previous, max);
            if (clients.size() < max && !previous.isEmpty()) {
                add(clients, "", max);
            }
            return clients;
        }

        private void add(SequencedSet<String> clients, String after, int max) throws SQLException {
            SequencedSet<String> sorted = new TreeSet<>();
            for (String mailbox : mailboxes) {
                sorted.addAll(statements.list(
                        "due-clients",
                        row -> row.getString(1),
                        mailbox,
                        priorityNumber,
                        after,
                        mailbox,
                        priorityNumber,
                        mailbox,
                        priorityNumber,
                        now.toEpochMilli(),
                        max));
            }
            sorted.stream().limit(max).forEach(clients::add);
            while (clients.size() > max) {
                clients.removeLast();
            }
        }

        private Deque<DueMessage> longestDue(String client, int max) throws SQLException {
            List<DueMessage> due = new ArrayList<>();
            for (String mailbox : mailboxes) {
                due.addAll(statements.list(
                        "due-of-client",
                        row -> new DueMessage(
                                row.getLong(1), Instant.ofEpochMilli(row.getLong(2)), mailbox, priority, client),
                        mailbox,
                        priorityNumber,
                        client,
                        now.toEpochMilli(),
                        max));
            }
            due.sort(LONGEST_DUE);
            return new ArrayDeque<>(due);
        }
    }
}
