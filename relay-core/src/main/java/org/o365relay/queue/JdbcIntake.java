package org.o365relay.queue;

import java.time.InstantSource;
import java.util.Optional;

/// Receives messages into the store.
record JdbcIntake(Store store, QueueIds ids, Signals dueSignals, InstantSource clock) implements Intake {

    @Override
    public Optional<SpaceShortage> shortageFor(long size) {
        return store.freeSpace().shortageFor(size);
    }

    @Override
    public Incoming receive() {
        return new Incoming(store.committer(), dueSignals, ids.next(), ids::next, clock.instant());
    }
}
