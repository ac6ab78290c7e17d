package org.o365relay.deliver.smtp;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Keeps idle connections for later messages. The most recently used connection is reused first, so that the
/// others time out when there is little mail.
final class ConnectionPool {

    /// Exchange Online ends sessions after 20 minutes, even in the middle of a transaction.
    private static final Duration MAX_AGE = Duration.ofMinutes(15);

    private final Duration idleTimeout;
    private final int size;
    private final InstantSource clock;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private boolean closed;

    ConnectionPool(Duration idleTimeout, int size, InstantSource clock) {
        this.idleTimeout = idleTimeout;
        this.size = size;
        this.clock = clock;
    }

    /// @param isUnwanted whether a connection must not be used any more
    /// @return an idle connection that is not too old to reuse; empty if there is none
    Optional<Connection> acquire(Predicate<Connection> isUnwanted) {
        Connection pooled = poll();
        while (pooled != null && (isOld(pooled) || isUnwanted.test(pooled))) {
            pooled.wake();
            pooled.quit();
            pooled = poll();
        }
        if (pooled != null) {
            pooled.wake();
        }
        return Optional.ofNullable(pooled);
    }

    private synchronized @Nullable Connection poll() {
        return idle.pollFirst();
    }

    private boolean isOld(Connection connection) {
        return clock.instant().isAfter(connection.openedAt().plus(MAX_AGE));
    }

    void release(Connection connection) {
        if (connection.isUsable() && (isOld(connection) || !keep(connection))) {
            connection.quit();
        }
    }

    private synchronized boolean keep(Connection connection) {
        if (closed || idle.size() >= size) {
            return false;
        }
        connection.idle(idleTimeout, () -> idleTimedOut(connection));
        idle.addFirst(connection);
        return true;
    }

    private void idleTimedOut(Connection connection) {
        boolean removed;
        synchronized (this) {
            removed = idle.remove(connection);
        }
        if (removed) {
            Thread.startVirtualThread(connection::quit); // this is the watchdog's thread, which must not block
        }
    }

    void close() {
        List<Connection> remaining;
        synchronized (this) {
            closed = true;
            remaining = new ArrayList<>(idle);
            idle.clear();
        }
        remaining.forEach(Connection::quit);
    }
}
