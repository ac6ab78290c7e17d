package org.o365relay.queue;

import java.sql.ResultSet;
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

/// Chooses which of the due messages are next, so that no client's burst makes the others wait: urgent ones
/// first; within a priority each client has its turn, beginning behind the one that had it last; of a client
/// the longest due first.
///
/// Whose turn it is does not survive a restart, and need not.
final class FairScheduler {

    private static final Comparator<DueMessage> LONGEST_DUE =
            Comparator.comparing(DueMessage::at).thenComparingLong(DueMessage::id);

    private record Place(String owner, Priority priority) {}

    private final Map<Place, String> last = new ConcurrentHashMap<>();

    /// @param most 1 or more
    /// @return at most as many, in the order in which they are to be tried
    List<DueMessage> next(Statements statements, ClaimScope supply, Instant now, int most) throws SQLException {
        List<DueMessage> next = new ArrayList<>();
        for (Priority priority : Priority.values()) {
            if (next.size() < most) {
                new Round(statements, supply, priority, now).deal(most - next.size(), next);
            }
        }
        return next;
    }

    /// Those were claimed, in this order.
    void claimed(ClaimScope supply, List<DueMessage> claimed) {
        claimed.forEach(due -> last.put(new Place(supply.owner(), due.priority()), due.client()));
    }

    /// The search for the due messages of one priority.
    private final class Round {
        private final Statements statements;
        private final List<String> mailboxes;
        private final int priority;
        private final Priority urgency;
        private final Instant now;
        private final String before; // who had the last turn; empty if nobody

        Round(Statements statements, ClaimScope supply, Priority urgency, Instant now) {
            this.statements = statements;
            this.mailboxes = supply.mailboxes();
            this.priority = MessageRow.number(urgency);
            this.urgency = urgency;
            this.now = now;
            this.before = last.getOrDefault(new Place(supply.owner(), urgency), "");
        }

        void deal(int most, List<DueMessage> next) throws SQLException {
            SequencedSet<String> clients = clients(most);
            int largestShare = most - clients.size() + 1;
            Map<String, Deque<DueMessage>> hands = new LinkedHashMap<>();
            for (String client : clients) {
                hands.put(client, longestDue(client, largestShare));
            }
            int left = most;
            while (left > 0 && !hands.isEmpty()) {
                var hand = hands.values().iterator();
                while (left > 0 && hand.hasNext()) {
                    DueMessage due = hand.next().poll();
                    if (due == null) {
                        hand.remove();
                    } else {
                        next.add(due);
                        left--;
                    }
                }
            }
        }

        /// @return clients that have something due, in turn, at most as many
        private SequencedSet<String> clients(int most) throws SQLException {
            SequencedSet<String> clients = new LinkedHashSet<>();
            add(clients, before, most);
            if (clients.size() < most && !before.isEmpty()) {
                add(clients, "", most);
            }
            return clients;
        }

        private void add(SequencedSet<String> clients, String after, int most) throws SQLException {
            SequencedSet<String> sorted = new TreeSet<>();
            for (String lane : mailboxes) {
                try (ResultSet row = statements
                        .with("due-clients", lane, priority, after, lane, priority, lane, priority, millis(), most)
                        .executeQuery()) {
                    while (row.next()) {
                        sorted.add(row.getString(1));
                    }
                }
            }
            sorted.stream().limit(most).forEach(clients::add);
            while (clients.size() > most) {
                clients.removeLast();
            }
        }

        private Deque<DueMessage> longestDue(String client, int most) throws SQLException {
            List<DueMessage> due = new ArrayList<>();
            for (String lane : mailboxes) {
                try (ResultSet row = statements
                        .with("due-of-client", lane, priority, client, millis(), most)
                        .executeQuery()) {
                    while (row.next()) {
                        Instant at = Instant.ofEpochMilli(row.getLong(2));
                        due.add(new DueMessage(row.getLong(1), at, lane, urgency, client));
                    }
                }
            }
            due.sort(LONGEST_DUE);
            return new ArrayDeque<>(due);
        }

        private long millis() {
            return now.toEpochMilli();
        }
    }
}
