package org.o365relay.queue;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;

/// Group commit: the one writer. Puts the work of everybody who waits into one transaction, syncs once, and
/// then answers them all. While one group is being synced, the next one gathers.
///
/// If a group fails, each piece of work is tried by itself, so that one caller's trouble is not the others';
/// but not if it is the disk that failed. After a failure the connection is replaced: SQLite ends some
/// transactions by itself (full disk, I/O error), and on that connection every later statement would be
/// committed by itself.
///
/// A [CommitHook] writes into each transaction, too.
final class Committer implements AutoCloseable {

    /// Something to write.
    @FunctionalInterface
    interface Work<T extends @Nullable Object> {
        T on(Statements statements) throws SQLException;
    }

    /// Opens a connection for the writer, with auto-commit off.
    @FunctionalInterface
    interface Opening {
        Connection open() throws SQLException;
    }

    private record Writer(Connection connection, Statements statements) {

        Writer(Connection connection) {
            this(connection, new Statements(connection));
        }
    }

    private static final int LARGEST_GROUP = 1_000;

    private final Opening opening;
    private final FreeSpace room;
    private final Checkpointer checkpointer;
    private final BlockingQueue<Pending<?>> waiting = new LinkedBlockingQueue<>();
    private final Thread thread;
    private @Nullable Writer writer; // null after a failure; the thread's own
    private volatile CommitHook hook = CommitHook.NONE;
    private volatile boolean closed;

    /// @param first for this committer alone, with auto-commit off; closed with it
    /// @param opening opens one like it in its place
    Committer(Connection first, Opening opening, FreeSpace room, Checkpointer checkpointer) {
        this.writer = new Writer(first);
        this.opening = opening;
        this.room = room;
        this.checkpointer = checkpointer;
        this.thread = Thread.ofPlatform().name("queue-committer").start(this::run);
    }

    /// From now on this one rides along.
    void install(CommitHook next) {
        hook = next;
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

    /// Submits, and waits until the work is on disk. Never on the writer's own thread.
    ///
    /// @throws QueueException if none of it is
    <T extends @Nullable Object> T write(Work<T> work) {
        try {
            return submit(work).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /// @return whether nobody waits for anything to be written
    boolean isIdle() {
        return waiting.isEmpty();
    }

    /// Ends after everything submitted before has been written.
    @Override
    public void close() throws SQLException {
        closed = true;
        waiting.add(new Pending<>(_ -> true)); // wakes the writer
        Threads.joinUninterruptibly(thread);
        refuseWaiting();
        if (writer != null) {
            writer.connection().close();
        }
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
        CommitHook along = hook;
        Writer current;
        try {
            current = writer == null ? new Writer(opening.open()) : writer;
            writer = current;
            for (Pending<?> pending : group) {
                pending.write(current.statements());
            }
            along.write(current.statements());
            room.used(Sqlite.usage(current.connection()));
            current.connection().commit();
        } catch (CommitHook.HookFailed e) {
            discardWriter(e);
            commit(group);
            return;
        } catch (SQLException e) {
            rollBack(group, new QueueException(e), !Sqlite.isEnvironmental(e));
            return;
        } catch (RuntimeException | Error e) {
            rollBack(group, e, true);
            return;
        }
        along.written();
        room.measureFree(); // in a second a burst could fill the disk, and then nothing could be settled any more
        group.forEach(Pending::succeed);
        checkpointer.committed(current.connection(), current.statements().takeContentOctets());
    }

    private void rollBack(List<Pending<?>> group, Throwable failure, boolean oneByOne) {
        discardWriter(failure);
        room.measureFree();
        if (oneByOne && group.size() > 1) {
            group.forEach(pending -> commit(List.of(pending)));
        } else {
            group.forEach(pending -> pending.fail(failure));
        }
    }

    /// Closing a connection takes back what it has not committed.
    private void discardWriter(Throwable failure) {
        Writer failed = writer;
        writer = null;
        if (failed != null) {
            try {
                failed.connection().close();
            } catch (SQLException e) {
                failure.addSuppressed(e);
            }
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

        void fail(Throwable failure) {
            answer.completeExceptionally(failure);
        }
    }
}
