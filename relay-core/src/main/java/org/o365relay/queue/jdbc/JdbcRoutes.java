package org.o365relay.queue.jdbc;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.o365relay.queue.Destination;
import org.o365relay.queue.OrphanedMessage;
import org.o365relay.queue.QueuedRoutes;
import org.o365relay.queue.jdbc.ClaimTables.Orphaned;
import org.o365relay.queue.jdbc.ClaimTables.ScanPosition;

/// Changes the routes of queued messages, a batch at a time.
record JdbcRoutes(Store store, Signals dueSignals) implements QueuedRoutes {

    private static final int BATCH = 500;

    @Override
    public List<String> names() {
        return store.readers().read(ClaimTables::mailboxes);
    }

    @Override
    public int reroute(String route, Function<OrphanedMessage, Destination> destination) {
        int moved = 0;
        ScanPosition position = ScanPosition.START;
        while (true) {
            ScanPosition after = position;
            List<Orphaned> batch =
                    store.readers().read(statements -> ClaimTables.orphaned(statements, route, after, BATCH));
            if (batch.isEmpty()) {
                return moved;
            }
            Map<Long, Destination> destinations = new LinkedHashMap<>();
            batch.forEach(orphaned -> orphaned.row()
                    .orphaned(store.readers(), orphaned.recipients())
                    .ifPresent(message -> destinations.put(orphaned.row().id(), destination.apply(message))));
            moved += store.committer().write(statements -> ClaimTables.reroute(statements, route, destinations));
            destinations.values().stream().map(Destination::route).distinct().forEach(dueSignals::raise);
            position = batch.getLast().position();
        }
    }
}
