package org.o365relay.daemon.control;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Closes what takes too long, for Unix sockets have no timeouts of their own. Whoever waits for it is told by an
/// exception.
final class Deadlines implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Deadlines.class);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("control-deadlines").factory());

    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run() throws IOException;
    }

    /// @param closed if the work takes longer
    <T extends @Nullable Object> T within(Duration time, Closeable closed, Work<T> work) throws IOException {
        Future<?> end = begin(time, closed);
        try {
            return work.run();
        } finally {
            end.cancel(false);
        }
    }

    private Future<?> begin(Duration time, Closeable closed) throws IOException {
        try {
            return timer.schedule(() -> close(closed), time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            throw new IOException("the relay stops", e);
        }
    }

    private static void close(Closeable closed) {
        try {
            closed.close();
        } catch (IOException e) {
            log.debug("a connection to the control socket did not close: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
