package org.o365relay.queue.jdbc;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.QueueFailure;
import org.o365relay.queue.QueueLoad;
import org.o365relay.time.SteadyClock;

/// Reports the disk space as last measured and the current failures, and determines the number and age of open
/// messages, except those on hold.
record JdbcLoad(Store store, SteadyClock clock) implements QueueLoad {

    @Override
    public DiskCapacity capacity() {
        return store.freeSpace().capacity();
    }

    @Override
    public List<QueueFailure> failures() {
        return store.health().failures();
    }

    @Override
    public int countWaiting(int max) {
        return store.scanners().read(statements -> (int) statements.number("count-waiting", ClaimTables.NEVER, max));
    }

    @Override
    public Optional<Instant> oldestWaiting() {
        return store.scanners()
                .read(statements -> statements.first(
                        "oldest-waiting", row -> Instant.ofEpochMilli(row.getLong(1)), ClaimTables.NEVER))
                .map(clock::toCalendar);
    }
}
