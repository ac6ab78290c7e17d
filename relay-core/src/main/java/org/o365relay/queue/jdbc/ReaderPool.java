package org.o365relay.queue.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.QueueException;

/// A pool of read-only connections. A caller waits until a connection is free.
final class ReaderPool implements AutoCloseable, ReadAccess {

    private record Reader(Connection connection, Statements statements) {}

    private final StoreHealth health;
    private final int count;
    private final Semaphore free;
    private final Queue<Reader> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    /// @param connections opens read-only connections; with auto-commit off, all queries of a read see the same
    ///     state of the queue
    /// @param count number of connections
    ReaderPool(StoreHealth health, Committer.ConnectionFactory connections, int count) throws SQLException {
        this.health = health;
        this.count = count;
        this.free = new Semaphore(count);
        try {
            for (int i = 0; i < count; i++) {
                Connection connection = connections.open();
                idle.add(new Reader(connection, new Statements(connection)));
            }
        } catch (SQLException e) {
            closeConnections();
            throw e;
        }
    }

    /// @throws QueueException if the database cannot be read or is closed
    @Override
    public <T extends @Nullable Object> T read(Committer.Work<T> work) {
        free.acquireUninterruptibly();
        Reader reader = idle.poll();
        try {
            if (closed || reader == null) {
                throw new QueueException("the queue is closed");
            }
            T result = work.on(reader.statements());
            if (!reader.connection().getAutoCommit()) {
                reader.connection().commit();
            }
            return result;
        } catch (SQLException e) {
            reset(reader, e);
            throw health.readFailed(e);
        } catch (RuntimeException | Error e) {
            reset(reader, e);
            throw e;
        } finally {
            if (reader != null) {
                idle.add(reader);
            }
            free.release();
        }
    }

    /// Ends the transaction after a failure: if it remained open, later reads would return stale data, and
    /// checkpoints would be blocked.
    private void reset(@Nullable Reader reader, Throwable failure) {
        if (reader == null || closed) {
            return;
        }
        reader.statements().discardPrepared(); // a statement that the driver has closed would keep failing
        try {
            if (!reader.connection().getAutoCommit()) {
                reader.connection().rollback();
            }
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
    }

    /// Waits for the reads in progress, then closes the connections.
    @Override
    public void close() throws SQLException {
        closed = true;
        free.acquireUninterruptibly(count);
        try {
            closeConnections();
        } finally {
            free.release(count); // wakes waiting callers, which then get an exception
        }
    }

    private void closeConnections() throws SQLException {
        for (Reader reader : idle) {
            reader.connection().close();
        }
    }
}
