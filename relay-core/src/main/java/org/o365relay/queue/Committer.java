package org.o365relay.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// Group commit: the one writer. Puts the work of everybody who waits into one transaction, syncs once, and
/// then answers them all. While one group is being synced, the next one gathers.
///
/// If a group fails, each piece of work is tried by itself, so that one caller's trouble is not the others';
/// but not if it is the disk that failed.
final class Committer implements AutoCloseable {

    /// Something to write.
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T on(Statements statements) throws SQLException;
    }

    private static final int LARGEST_GROUP = 1_000;

    private final Connection connection;
    private final Statements statements;
    private final Room room;
    private final Checkpointer checkpointer;
    private final BlockingQueue<Pending<?>> waiting = new LinkedBlockingQueue<>();
    private final Thread thread;
    private volatile boolean closed;

    /// @param connection for this committer alone, with auto-commit off; closed with it
    Committer(Connection connection, Room room, Checkpointer checkpointer) {
        this.connection = connection;
        this.statements = new Statements(connection);
        this.room = room;
        this.checkpointer = checkpointer;
        this.thread = Thread.ofPlatform().name("queue-committer").start(this::run);
    }

    /// @return completed on the writer's thread once the work is on disk; exceptionally, with a
    ///     [QueueException], if none of it is
    <T extends @Nullable Object> CompletableFuture<T> submit(Work<T> work) {
        Pending<T> pending = new Pending<>(work);
        if (closed) {
            pending.fail(closedException());
        } else {
            waiting.add(pending);
            if (!thread.isAlive()) {
                refuseWaiting(); // closed in between
            }
        }
        return pending.answer;
    }

    /// Ends after everything submitted before has been written.
    @Override
    public void close() throws SQLException {
        closed = true;
        waiting.add(new Pending<>(_ -> true)); // wakes the writer
        Threads.joinUninterruptibly(thread);
        refuseWaiting();
        connection.close();
    }

    private void refuseWaiting() {
        List<Pending<?>> late = new ArrayList<>();
        waiting.drainTo(late);
        late.forEach(pending -> pending.fail(closedException()));
    }

    private static QueueException closedException() {
        return new QueueException("the queue is closed");
    }

    private void run() {
        List<Pending<?>> group = new ArrayList<>();
        try {
            while (!closed || !waiting.isEmpty()) {
                group.add(waiting.take());
                waiting.drainTo(group, LARGEST_GROUP - 1);
                commit(group);
                group.clear();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the writer", e);
        }
    }

    private void commit(List<Pending<?>> group) {
        try {
            for (Pending<?> pending : group) {
                pending.write(statements);
            }
            room.used(Sqlite.usedBytes(connection));
            connection.commit();
            group.forEach(Pending::succeed);
            checkpointer.committed(connection);
        } catch (SQLException e) {
            retreat(group, new QueueException(e), !Sqlite.isEnvironmental(e));
        } catch (RuntimeException e) {
            retreat(group, e, true);
        }
    }

    private void retreat(List<Pending<?>> group, RuntimeException failure, boolean oneByOne) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            failure.addSuppressed(e);
        }
        if (oneByOne && group.size() > 1) {
            group.forEach(pending -> commit(List.of(pending)));
        } else {
            group.forEach(pending -> pending.fail(failure));
        }
    }

    private static final class Pending<T extends @Nullable Object> {
        private final Work<T> work;
        private final CompletableFuture<T> answer = new CompletableFuture<>();
        private @Nullable T result;

        Pending(Work<T> work) {
            this.work = work;
        }

        void write(Statements statements) throws SQLException {
            result = work.on(statements);
        }

        @SuppressWarnings("NullAway") // T itself says whether the result may be null
        void succeed() {
            answer.complete(result);
        }

        void fail(RuntimeException failure) {
            answer.completeExceptionally(failure);
        }
    }
}
