package org.o365relay.bench;

import java.util.concurrent.atomic.AtomicLong;

/// The messages still to be tried, shared by all sessions of one load.
final class RemainingMessages {

    private final AtomicLong left;
    private final long deadline;

    RemainingMessages(LoadLimit extent) {
        this.left = new AtomicLong(extent.messages());
        this.deadline = System.nanoTime() + extent.time().toNanos();
    }

    /// Takes one message to try; false when the load is over.
    boolean take() {
        return System.nanoTime() - deadline < 0 && left.getAndDecrement() > 0;
    }
}
