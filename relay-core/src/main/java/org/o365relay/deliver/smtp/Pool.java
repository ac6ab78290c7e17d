package org.o365relay.deliver.smtp;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Connections that wait for the next message. The last one used is the first used again, so that a quiet
/// upstream is soon left with one connection, and then none.
final class Pool {

    private final Duration idleTimeout;
    private final int size;
    private final Deque<Connection> idle = new ArrayDeque<>();
    private boolean closed;

    Pool(Duration idleTimeout, int size) {
        this.idleTimeout = idleTimeout;
        this.size = size;
    }

    Optional<Connection> take() {
        Optional<Connection> taken;
        synchronized (this) {
            taken = Optional.ofNullable(idle.pollFirst());
        }
        taken.ifPresent(Connection::wake);
        return taken;
    }

    void give(Connection connection) {
        if (connection.isUsable() && !keep(connection)) {
            connection.quit();
        }
    }

    private synchronized boolean keep(Connection connection) {
        if (closed || idle.size() >= size) {
            return false;
        }
        connection.rest(idleTimeout, () -> leave(connection));
        idle.addFirst(connection);
        return true;
    }

    private void leave(Connection connection) {
        boolean mine;
        synchronized (this) {
            mine = idle.remove(connection);
        }
        if (mine) {
            Thread.startVirtualThread(connection::quit); // here we are the watch that would see to it
        }
    }

    void close() {
        List<Connection> left;
        synchronized (this) {
            closed = true;
            left = new ArrayList<>(idle);
            idle.clear();
        }
        left.forEach(Connection::quit);
    }
}
