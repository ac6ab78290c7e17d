package org.o365relay.queue;

import java.time.Instant;
import java.util.Optional;

/// Measures the queue.
record JdbcLoad(Store store) implements QueueLoad {

    @Override
    public DiskCapacity capacity() {
        return store.freeSpace().capacity();
    }

    @Override
    public int countWaiting(int max) {
        return store.scanners().read(statements -> AlertTables.countWaiting(statements, max));
    }

    @Override
    public Optional<Instant> oldestWaiting() {
        return store.scanners().read(AlertTables::oldestWaiting);
    }
}
