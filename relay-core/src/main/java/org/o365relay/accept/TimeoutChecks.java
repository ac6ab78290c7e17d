package org.o365relay.accept;

import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Schedules the timeout checks of one connection, at most one at a time, for the times at which a timeout may
/// have expired. Must be used on the event loop of the connection.
final class TimeoutChecks {

    private final SessionTimeouts timeouts;
    private @Nullable Future<?> next;

    TimeoutChecks(SessionTimeouts timeouts) {
        this.timeouts = timeouts;
    }

    /// Schedules the next check unless it is scheduled already.
    void schedule(EventExecutor loop, Runnable check) {
        if (next == null) {
            long wait = timeouts.untilNextCheck(loop.ticker().nanoTime());
            next = loop.schedule(() -> run(check), wait, TimeUnit.NANOSECONDS);
        }
    }

    private void run(Runnable check) {
        next = null;
        check.run();
    }

    void cancel() {
        if (next != null) {
            next.cancel(false);
        }
    }
}
