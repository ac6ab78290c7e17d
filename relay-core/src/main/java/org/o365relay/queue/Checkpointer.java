package org.o365relay.queue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs checkpoints: copies SQLite's write-ahead log into the database.
///
/// A checkpoint on the writer's thread would delay every client that waits for its 250, so checkpoints run on a
/// thread of their own, in passive mode. SQLite restarts the log only after a checkpoint has reached its end,
/// which never happens while the writer is busy; therefore, once the log is long, the writer runs the
/// checkpoint itself. Until the writer has done so, this thread starts no checkpoint: on a slow disk one would
/// always be running and block that of the writer. Checkpoints do not wait for readers: a program that keeps
/// the database open for reading makes the log grow, but delays no client.
final class Checkpointer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);
    private static final int COMMITS_BETWEEN = 64;
    private static final long OCTETS_BETWEEN = 4L * 1024 * 1024;
    private static final long LONG_LOG_PAGES = 16_384; // 64 MiB

    private final Connection connection;
    private final Thread thread;
    private final Semaphore requests = new Semaphore(0);
    private volatile boolean logIsLong;
    private volatile boolean truncateRequested;
    private volatile boolean closed;
    private int commits;
    private long octets;

    Checkpointer(Connection connection) {
        this.connection = connection;
        this.thread = Thread.ofPlatform().name("queue-checkpointer").start(this::run);
    }

    /// Called by the writer after each commit, outside a transaction.
    ///
    /// @param content octets of content in the commit
    void committed(Connection writer, long content) {
        octets += content;
        if (++commits >= COMMITS_BETWEEN || octets >= OCTETS_BETWEEN) {
            commits = 0;
            octets = 0;
            requests.release();
        }
        if (logIsLong) {
            checkpoint(writer, "PASSIVE");
            logIsLong = false;
        }
    }

    /// Requests a checkpoint.
    void request() {
        requests.release();
    }

    /// Requests a checkpoint that truncates the log to return its space to the file system. It blocks the
    /// writer, so use it only when the disk is short of space.
    void truncate() {
        truncateRequested = true;
        requests.release();
    }

    @Override
    public void close() throws SQLException {
        closed = true;
        requests.release();
        Threads.joinUninterruptibly(thread);
        checkpoint(connection, "TRUNCATE");
        connection.close();
    }

    private void run() {
        while (!closed) {
            requests.acquireUninterruptibly();
            requests.drainPermits();
            if (logIsLong && !truncateRequested) {
                continue; // the writer runs the checkpoint
            }
            String mode = truncateRequested ? "TRUNCATE" : "PASSIVE";
            truncateRequested = false;
            logIsLong = checkpoint(connection, mode) > LONG_LOG_PAGES;
        }
    }

    /// @return number of pages in the log
    private static long checkpoint(Connection connection, String mode) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            return row.next() ? row.getLong(2) : 0;
        } catch (SQLException e) {
            // Nothing is lost: the log keeps the commits. If the disk is full, the next commit reports it.
            log.warn("the queue's write-ahead log could not be checkpointed, trying again: {}", e.getMessage());
            return 0;
        }
    }
}
