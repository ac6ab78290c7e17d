package org.o365relay.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/// A few connections for reading; callers wait for one.
final class Readers implements AutoCloseable {

    private static final int COUNT = 4;

    private record Reader(Connection connection, Statements statements) {}

    private final BlockingQueue<Reader> idle = new ArrayBlockingQueue<>(COUNT);

    Readers(Sqlite sqlite) throws SQLException {
        for (int i = 0; i < COUNT; i++) {
            Connection connection = sqlite.openReader();
            idle.add(new Reader(connection, new Statements(connection)));
        }
    }

    /// @throws QueueException if the database cannot be read, or the thread is interrupted while it waits
    <T extends @Nullable Object> T read(Committer.Work<T> work) {
        try {
            Reader reader = idle.take();
            try {
                return work.on(reader.statements());
            } catch (SQLException e) {
                throw new QueueException(e);
            } finally {
                idle.add(reader);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new QueueException("interrupted while waiting to read the queue");
        }
    }

    @Override
    public void close() throws SQLException {
        List<Reader> readers = new ArrayList<>();
        idle.drainTo(readers);
        for (Reader reader : readers) {
            reader.connection().close();
        }
    }
}
