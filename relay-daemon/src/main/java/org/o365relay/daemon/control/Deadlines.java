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

/// Provides timeouts for Unix sockets, because Java does not: closes a channel when its time is up, so that the
/// thread blocked on the channel gets an exception.
final class Deadlines implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Deadlines.class);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("control-deadlines").factory());

    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T run() throws IOException;
    }

    /// @param channel channel to close if the work takes longer than the given time
    <T extends @Nullable Object> T within(Duration time, Closeable channel, Work<T> work) throws IOException {
        Future<?> timeout = schedule(time, channel);
        try {
            return work.run();
        } finally {
            timeout.cancel(false);
        }
    }

    private Future<?> schedule(Duration time, Closeable channel) throws IOException {
        try {
            return timer.schedule(() -> close(channel), time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            throw new IOException("the relay is stopping", e);
        }
    }

    private static void close(Closeable channel) {
        try {
            channel.close();
        } catch (IOException e) {
            log.debug("control socket: cannot close a connection: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
