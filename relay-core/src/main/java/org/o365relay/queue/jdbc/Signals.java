package org.o365relay.queue.jdbc;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.o365relay.queue.ClaimScope;

/// Wakes threads that wait for due messages.
final class Signals {

    private final Map<ClaimScope, Signal> signals = new ConcurrentHashMap<>();

    /// @return the signal for this scope; must be obtained before due times are read, so that no later change
    ///     is missed
    Signal of(ClaimScope scope) {
        return signals.computeIfAbsent(scope, _ -> new Signal());
    }

    /// @param mailbox name of a mailbox or pool whose messages may be due sooner than before
    void raise(String mailbox) {
        signals.forEach((scope, signal) -> {
            if (scope.serves(mailbox)) {
                signal.raise();
            }
        });
    }

    /// Wakes one waiting thread. A signal raised while no thread is waiting is kept for the next thread that
    /// waits.
    static final class Signal {

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
}
