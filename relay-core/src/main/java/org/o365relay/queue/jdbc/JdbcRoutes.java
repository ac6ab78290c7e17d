package org.o365relay.queue.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.o365relay.queue.Destination;
import org.o365relay.queue.OrphanedMessage;
import org.o365relay.queue.QueuedRoutes;

/// Changes the routes of queued messages in batches.
record JdbcRoutes(Store store, Signals dueSignals) implements QueuedRoutes {

    private static final int BATCH = 500;

    /// Position of a scan through the messages of a mailbox or pool.
    private record ScanPosition(int priority, String client, long dueAt, long id) {
        static final ScanPosition START = new ScanPosition(-1, "", 0, 0);
    }

    /// An orphaned message and its position in the scan.
    private record Orphaned(ScanPosition position, MessageRow row, List<RecipientRow> recipients) {}

    @Override
    public List<String> names() {
        return store.readers().read(ClaimTables::mailboxes);
    }

    @Override
    public int reroute(String route, Function<OrphanedMessage, Destination> destination) {
        int moved = 0;
        ScanPosition position = ScanPosition.START;
        while (true) {
            List<Orphaned> batch = orphaned(route, position);
            if (batch.isEmpty()) {
                return moved;
            }
            Map<Long, Destination> destinations = new LinkedHashMap<>();
            batch.forEach(orphaned -> orphaned.row()
                    .orphaned(store.readers(), orphaned.recipients())
                    .ifPresent(message -> destinations.put(orphaned.row().id(), destination.apply(message))));
            moved += store.committer().write(statements -> reroute(statements, route, destinations));
            destinations.values().stream().map(Destination::route).distinct().forEach(dueSignals::raise);
            position = batch.getLast().position();
        }
    }

    private List<Orphaned> orphaned(String route, ScanPosition after) {
        return store.readers()
                .read(statements -> statements.list(
                        "orphaned-messages",
                        row -> orphaned(statements, row),
                        route,
                        after.priority(),
                        after.client(),
                        after.dueAt(),
                        after.id(),
                        BATCH));
    }

    private static Orphaned orphaned(Statements statements, ResultSet row) throws SQLException {
        MessageRow message = MessageRow.of(row);
        ScanPosition position =
                new ScanPosition(row.getInt("priority"), row.getString("client"), row.getLong("due_at"), message.id());
        return new Orphaned(position, message, RecipientRow.all(statements, message.id()));
    }

    /// @return the number of messages rerouted
    private static int reroute(Statements statements, String route, Map<Long, Destination> destinations)
            throws SQLException {
        int moved = 0;
        for (Map.Entry<Long, Destination> entry : destinations.entrySet()) {
            Destination destination = entry.getValue();
            moved += statements.update(
                    "reroute",
                    destination.route(),
                    destination.route(),
                    MessageRow.number(destination.priority()),
                    entry.getKey(),
                    route);
        }
        return moved;
    }
}
