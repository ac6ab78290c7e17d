package org.o365relay.bench.load;

import java.util.concurrent.atomic.AtomicLong;

/// The number of messages and the time that remain in a load. Shared by all sessions of the load.
final class RemainingMessages {

    private final AtomicLong left;
    private final long deadline;

    RemainingMessages(LoadLimit limit) {
        this.left = new AtomicLong(limit.messages());
        this.deadline = System.nanoTime() + limit.time().toNanos();
    }

    /// Takes one message.
    ///
    /// @return false if no message or no time is left
    boolean take() {
        return System.nanoTime() - deadline < 0 && left.getAndDecrement() > 0;
    }
}
