package org.o365relay;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stops and closes all parts of the relay when it stops or fails to start.
///
/// First, the parts that move mail are stopped, all at the same time, because each of them may take the whole
/// shutdown timeout. Then the other parts are closed in reverse order of opening.
final class Shutdown {

    private static final Logger log = LoggerFactory.getLogger(Shutdown.class);

    private volatile Duration timeout;
    private final List<Consumer<Duration>> trafficStops = new ArrayList<>();
    private final Deque<Runnable> opened = new ArrayDeque<>();

    /// @param timeout longest time to wait for transactions and deliveries in flight
    Shutdown(Duration timeout) {
        this.timeout = timeout;
    }

    /// Changes the timeout.
    void use(Duration next) {
        timeout = next;
    }

    /// Adds a part that moves mail.
    ///
    /// @param stop stops the part, waiting no longer than the timeout that it receives
    void addTrafficStop(Consumer<Duration> stop) {
        trafficStops.add(stop);
    }

    /// Adds an object that must be closed.
    ///
    /// @return the object
    <T> T add(T object, Consumer<T> close) {
        opened.push(() -> close.accept(object));
        return object;
    }

    /// Stops and closes everything. Does nothing if called again.
    synchronized void run() {
        List<Thread> stopping = trafficStops.stream()
                .map(stop -> Thread.ofVirtual().name("stop").start(() -> stop.accept(timeout)))
                .toList();
        trafficStops.clear();
        try {
            for (Thread thread : stopping) {
                thread.join();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
        while (!opened.isEmpty()) {
            close(opened.pop());
        }
    }

    private static void close(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException e) { // the other parts must still be closed
            log.error("a part of the relay could not be closed because of a bug; please report it", e);
        }
    }
}
