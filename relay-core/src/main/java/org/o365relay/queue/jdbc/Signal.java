package org.o365relay.queue.jdbc;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// Wakes one waiting thread. A signal raised while no thread is waiting is kept for the next thread that waits.
final class Signal {

    private final Semaphore raised = new Semaphore(0);

    void raise() {
        if (raised.availablePermits() == 0) {
            raised.release();
        }
    }

    void await(Duration atMost) throws InterruptedException {
        if (raised.tryAcquire(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS)) {
            raised.drainPermits();
        }
    }
}
