package org.o365relay.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/// A few connections for reading; callers wait for one, never long.
final class Readers implements AutoCloseable {

    private static final int COUNT = 4;

    private record Reader(Connection connection, Statements statements) {}

    private final Semaphore free = new Semaphore(COUNT);
    private final Queue<Reader> idle = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;

    Readers(Sqlite sqlite) throws SQLException {
        for (int i = 0; i < COUNT; i++) {
            Connection connection = sqlite.openReader();
            idle.add(new Reader(connection, new Statements(connection)));
        }
    }

    /// @throws QueueException if the database cannot be read, or is closed
    <T extends @Nullable Object> T read(Committer.Work<T> work) {
        free.acquireUninterruptibly();
        Reader reader = idle.poll();
        try {
            if (closed || reader == null) {
                throw new QueueException("the queue is closed");
            }
            return work.on(reader.statements());
        } catch (SQLException e) {
            throw new QueueException(e);
        } finally {
            if (reader != null) {
                idle.add(reader);
            }
            free.release();
        }
    }

    /// Waits for the reads in progress.
    @Override
    public void close() throws SQLException {
        closed = true;
        free.acquireUninterruptibly(COUNT);
        try {
            for (Reader reader : idle) {
                reader.connection().close();
            }
        } finally {
            free.release(COUNT); // whoever waits is told that it is closed
        }
    }
}
