package org.o365relay.queue.jdbc;

import java.util.Optional;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.Intake;
import org.o365relay.queue.SpaceShortage;
import org.o365relay.time.SteadyClock;

/// Stores received messages.
record JdbcIntake(Store store, QueueIds ids, Signals dueSignals, SteadyClock clock) implements Intake {

    @Override
    public boolean isWritable() {
        return store.health().isWritable();
    }

    @Override
    public Optional<SpaceShortage> shortageFor(long size) {
        return store.freeSpace().shortageFor(size);
    }

    @Override
    public Incoming receive() {
        return new IncomingChunks(store.committer(), dueSignals, ids.next(), ids::next, clock);
    }
}
