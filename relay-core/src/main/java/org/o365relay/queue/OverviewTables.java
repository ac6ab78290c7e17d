package org.o365relay.queue;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Counts the open messages, from indexes alone: a row is read only of those that are being delivered, and of
/// the oldest of each kind.
final class OverviewTables {

    private static final int MOST_CLIENTS = 20;
    private static final long NEVER = Lanes.END_OF_TIME.toEpochMilli();

    /// Open messages that have something in common.
    ///
    /// @param oldest the lowest id
    /// @param held how many are due at the end of time
    private record Group(long messages, long oldest, long held) {

        Group and(Group other) {
            return new Group(messages + other.messages, Math.min(oldest, other.oldest), held + other.held);
        }
    }

    /// Where a claim looks: the messages of one client that wait for one mailbox.
    private record Place(String lane, int priority, String client, long dueAt) {}

    private final Statements statements;
    private final List<Place> places = new ArrayList<>();
    private final Map<String, Group> mailboxes = new HashMap<>();
    private final Map<String, Group> clients = new HashMap<>();
    private final Map<String, Group> reasons = new HashMap<>();
    private @Nullable Group all;

    private OverviewTables(Statements statements) {
        this.statements = statements;
    }

    static Overview overview(Statements statements, Instant now) throws SQLException {
        OverviewTables tables = new OverviewTables(statements);
        tables.readPlaces();
        tables.readReasons();
        return tables.overview(now);
    }

    private void readPlaces() throws SQLException {
        try (ResultSet row = statements.with("open-by-place", NEVER).executeQuery()) {
            while (row.next()) {
                String lane = row.getString(1);
                String client = row.getString(2);
                Group group = new Group(row.getLong(3), row.getLong(4), row.getLong(5));
                places.add(new Place(lane, row.getInt(7), client, row.getLong(6)));
                mailboxes.merge(lane, group, Group::and);
                clients.merge(client, group, Group::and);
                all = all == null ? group : all.and(group);
            }
        }
    }

    private void readReasons() throws SQLException {
        try (ResultSet row = statements.with("open-by-reason", NEVER).executeQuery()) {
            while (row.next()) {
                reasons.put(row.getString(1), new Group(row.getLong(2), row.getLong(3), row.getLong(4)));
            }
        }
    }

    private Overview overview(Instant now) throws SQLException {
        return new Overview(
                now,
                states(),
                all == null ? null : new QueueId(Math.max(0, all.oldest())),
                all == null ? null : receivedAt(all.oldest()),
                nextDue(),
                tallies(mailboxes, Integer.MAX_VALUE),
                tallies(clients, MOST_CLIENTS),
                tallies(reasons, Integer.MAX_VALUE));
    }

    private Map<MessageState, Long> states() throws SQLException {
        Group open = all == null ? new Group(0, 0, 0) : all;
        Group tried = reasons.values().stream().reduce(new Group(0, 0, 0), Group::and);
        Map<MessageState, Long> states = new EnumMap<>(MessageState.class);
        try (ResultSet row =
                statements.with("open-in-delivery", NEVER, NEVER).executeQuery()) {
            row.next();
            long delivering = row.getLong(1);
            long held = open.held() - row.getLong(2);
            long deferred = tried.messages() - tried.held() - row.getLong(3);
            states.put(MessageState.DELIVERING, delivering);
            states.put(MessageState.HELD, held);
            states.put(MessageState.DEFERRED, deferred);
            states.put(MessageState.QUEUED, open.messages() - delivering - held - deferred);
        }
        return states;
    }

    /// The end of a lease is no time at which anything is to be tried, so what is being delivered is passed over.
    private @Nullable Instant nextDue() throws SQLException {
        places.sort(Comparator.comparingLong(Place::dueAt));
        long next = NEVER;
        for (Place place : places) {
            if (place.dueAt() >= next) {
                break;
            }
            next = Math.min(next, nextDue(place));
        }
        return next == NEVER ? null : Instant.ofEpochMilli(next);
    }

    private long nextDue(Place place) throws SQLException {
        try (ResultSet row = statements
                .with("next-due-of-client", place.lane(), place.priority(), place.client())
                .executeQuery()) {
            return row.next() ? row.getLong(1) : NEVER;
        }
    }

    private List<Tally> tallies(Map<String, Group> groups, int most) throws SQLException {
        List<Map.Entry<String, Group>> largest = groups.entrySet().stream()
                .sorted(Comparator.<Map.Entry<String, Group>>comparingLong(
                                entry -> -entry.getValue().messages())
                        .thenComparing(Map.Entry::getKey))
                .limit(most)
                .toList();
        List<Tally> tallies = new ArrayList<>();
        for (Map.Entry<String, Group> entry : largest) {
            Group group = entry.getValue();
            tallies.add(new Tally(entry.getKey(), group.messages(), receivedAt(group.oldest())));
        }
        return tallies;
    }

    private Instant receivedAt(long id) throws SQLException {
        try (ResultSet row = statements.with("received-at", id).executeQuery()) {
            return Instant.ofEpochMilli(row.next() ? row.getLong(1) : 0);
        }
    }
}
