package org.o365relay.queue.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.QueueException;

/// The only writer of the queue. Commits in groups: runs the waiting work (at most 1,000 pieces) in one
/// transaction, syncs once, and then completes every caller's future. While one group is being synced, the next
/// one is collected.
///
/// If a group fails for a reason other than the environment (the disk, a lock), each piece of work is retried
/// in a transaction of its own, so that an error in one piece does not affect the others. After any failure the
/// connection is replaced: after a full disk or an I/O error, the database may have rolled back the transaction
/// itself, and every later statement on that connection would then be committed separately.
///
/// Nothing is committed while a file of the queue is lost or not writable, and nothing that was committed to a
/// file that was lost meanwhile is acknowledged ([StoreHealth]).
///
/// A [CommitHook] adds its own writes to every transaction.
public final class Committer implements AutoCloseable {

    /// Work that runs statements on one connection; all work of the committer runs in a transaction.
    @FunctionalInterface
    public interface Work<T extends @Nullable Object> {
        T on(Statements statements) throws SQLException;
    }

    /// Opens a connection to the database.
    @FunctionalInterface
    interface ConnectionFactory {
        Connection open() throws SQLException;
    }

    private record Writer(Connection connection, Statements statements) {

        Writer(Connection connection, Dialect dialect) {
            this(connection, new Statements(connection, dialect.statements()));
        }
    }

    private static final int MAX_GROUP_SIZE = 1_000;

    private final ConnectionFactory connections;
    private final Dialect dialect;
    private final StoreHealth health;
    private final FreeSpace freeSpace;
    private final Dialect.Upkeep upkeep;
    private final BlockingQueue<Pending<?>> waiting = new LinkedBlockingQueue<>();
    private final Thread thread;
    private @Nullable Writer writer; // null after a failure; used only by the writer thread until it ends
    private volatile CommitHook hook = CommitHook.NONE;
    private volatile @Nullable Pending<?> first; // not yet committed
    private volatile boolean closed;

    /// @param first the first connection, with auto-commit off; the committer closes it
    /// @param connections opens a replacement after a failure, with auto-commit off
    Committer(
            Connection first,
            ConnectionFactory connections,
            Dialect dialect,
            StoreHealth health,
            FreeSpace freeSpace,
            Dialect.Upkeep upkeep) {
        this.writer = new Writer(first, dialect);
        this.connections = connections;
        this.dialect = dialect;
        this.health = health;
        this.freeSpace = freeSpace;
        this.upkeep = upkeep;
        this.thread = Thread.ofPlatform().name("queue-committer").start(this::run);
    }

    /// Sets the hook for all later transactions.
    void install(CommitHook next) {
        hook = next;
    }

    /// @return a future that is completed once the work is on disk, or completed exceptionally if nothing was
    ///     written: with a [QueueException] if the database fails or the queue is closed, otherwise with the
    ///     exception thrown by the work
    <T extends @Nullable Object> CompletableFuture<T> submit(Work<T> work) {
        Pending<T> pending = new Pending<>(work);
        if (closed) {
            pending.fail(closedException());
        } else {
            waiting.add(pending);
            if (!thread.isAlive()) {
                failWaiting(); // the queue was closed while the work was added
            }
        }
        return pending.future;
    }

    /// Submits work that must be on disk before any other: it runs at the beginning of every transaction until
    /// one of them is committed. Starts no transaction.
    ///
    /// @return a future that is completed once the work is on disk
    <T extends @Nullable Object> CompletableFuture<T> submitFirst(Work<T> work) {
        Pending<T> pending = new Pending<>(work);
        first = pending;
        return pending.future;
    }

    /// Submits work and waits until it is on disk. Must not be called on the writer's thread.
    ///
    /// @throws QueueException if the database fails or the queue is closed; nothing has been written in that
    ///     case
    public <T extends @Nullable Object> T write(Work<T> work) {
        return await(submit(work));
    }

    /// Waits until submitted work is on disk. Must not be called on the writer's thread.
    ///
    /// @throws QueueException as [#write]
    static <T extends @Nullable Object> T await(CompletableFuture<T> submitted) {
        try {
            return submitted.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /// Changes rows in batches: runs the work repeatedly until it changes fewer rows than a full batch. Other
    /// work can run between two batches.
    ///
    /// @param batch maximum number of rows that the work changes each time it runs
    /// @param work changes rows and returns their number
    /// @return total number of rows changed
    /// @throws QueueException if the database fails or the queue is closed; batches that are already committed
    ///     are kept
    int writeInBatches(int batch, Work<Integer> work) {
        int all = 0;
        int done;
        do {
            done = write(work);
            all += done;
        } while (done == batch);
        return all;
    }

    /// @return whether no work is waiting
    public boolean isIdle() {
        return waiting.isEmpty();
    }

    /// Writes all submitted work, then closes the connection.
    @Override
    public void close() throws SQLException {
        closed = true;
        waiting.add(new Pending<>(_ -> true)); // wakes the writer
        Threads.joinUninterruptibly(thread);
        failWaiting();
        if (writer != null) {
            writer.connection().close();
        }
    }

    private void failWaiting() {
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
                waiting.drainTo(group, MAX_GROUP_SIZE - 1);
                commit(group);
                group.clear();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("the writer must not be interrupted", e);
        }
    }

    private void commit(List<Pending<?>> group) {
        CommitHook installed = hook;
        Pending<?> preceding = first;
        if (!allows(health::requireUsableFiles, group)) {
            return; // not even a connection may be opened: it would create a missing file
        }
        Writer current;
        try {
            current = writer == null ? new Writer(connections.open(), dialect) : writer;
            writer = current;
            if (preceding != null) {
                preceding.write(current.statements());
            }
            writeAndCommit(current, group, installed);
        } catch (CommitHook.HookFailed e) {
            discardWriter(e);
            commit(group);
            return;
        } catch (SQLException e) {
            rollBack(group, health.writeFailed(e), !dialect.isEnvironmental(e));
            return;
        } catch (RuntimeException | Error e) {
            rollBack(group, e, true);
            return;
        }
        if (!allows(health::requireFilesInPlace, group)) {
            return;
        }
        health.written();
        if (preceding != null) {
            first = null;
            preceding.succeed();
        }
        installed.written();
        // The housekeeper measures only once a second. In that time, a burst of mail could fill the disk, and then no
        // message could be settled.
        freeSpace.measureFree();
        group.forEach(Pending::succeed);
        upkeep.committed(current.connection(), current.statements().takeContentOctets());
    }

    private void writeAndCommit(Writer current, List<Pending<?>> group, CommitHook installed) throws SQLException {
        for (Pending<?> pending : group) {
            pending.write(current.statements());
        }
        installed.write(current.statements());
        freeSpace.updateUsage(dialect.usage(current.statements()));
        current.connection().commit();
    }

    /// Checks the files of the queue, and fails the group if it must not be written or acknowledged.
    private static boolean allows(Runnable check, List<Pending<?>> group) {
        try {
            check.run();
            return true;
        } catch (QueueException e) {
            group.forEach(pending -> pending.fail(e));
            return false;
        }
    }

    private void rollBack(List<Pending<?>> group, Throwable failure, boolean oneByOne) {
        discardWriter(failure);
        freeSpace.measureFree();
        if (oneByOne && group.size() > 1) {
            group.forEach(pending -> commit(List.of(pending)));
        } else {
            group.forEach(pending -> pending.fail(failure));
        }
    }

    /// Closes the connection, which rolls back its transaction.
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
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private @Nullable T result;

        Pending(Work<T> work) {
            this.work = work;
        }

        void write(Statements statements) throws SQLException {
            result = work.on(statements);
        }

        @SuppressWarnings("NullAway") // the type argument T determines whether the result may be null
        void succeed() {
            future.complete(result);
        }

        void fail(Throwable failure) {
            future.completeExceptionally(failure);
        }
    }
}
