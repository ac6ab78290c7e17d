package org.o365relay.queue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves the content of SQLite's write-ahead log into the database.
///
/// A checkpoint run by the writer would delay every client that waits for its 250, so checkpoints run on a thread
/// of their own, in passive mode. The log restarts only after a checkpoint has caught up with it, which one beside
/// a busy writer never does; therefore, once the log is long, the writer runs the checkpoint itself. Until it has,
/// this thread starts none: on a slow disk one would always be running, and the writer's would never get its turn.
/// Readers are not waited for: a program that keeps the database open for reading makes the log longer, and delays
/// no client.
final class Checkpointer implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);
    private static final int COMMITS_BETWEEN = 64;
    private static final long OCTETS_BETWEEN = 4L * 1024 * 1024;
    private static final long LONG_LOG_PAGES = 16_384; // 64 MiB

    private final Connection connection;
    private final Thread thread;
    private final Semaphore nudges = new Semaphore(0);
    private volatile boolean logIsLong;
    private volatile boolean toBeShortened;
    private volatile boolean closed;
    private int commits;
    private long octets;

    Checkpointer(Connection connection) {
        this.connection = connection;
        this.thread = Thread.ofPlatform().name("queue-checkpointer").start(this::run);
    }

    /// Called by the writer after each commit, outside a transaction.
    ///
    /// @param content octets of content that were committed
    void committed(Connection writer, long content) {
        octets += content;
        if (++commits >= COMMITS_BETWEEN || octets >= OCTETS_BETWEEN) {
            commits = 0;
            octets = 0;
            nudges.release();
        }
        if (logIsLong) {
            checkpoint(writer, "PASSIVE");
            logIsLong = false;
        }
    }

    /// Asks for a checkpoint, soon.
    void request() {
        nudges.release();
    }

    /// Gives the log's space back to the file system, soon. Writers wait for it, so this is for when they have to wait
    /// for space anyway.
    void truncate() {
        toBeShortened = true;
        nudges.release();
    }

    @Override
    public void close() throws SQLException {
        closed = true;
        nudges.release();
        Threads.joinUninterruptibly(thread);
        checkpoint(connection, "TRUNCATE");
        connection.close();
    }

    private void run() {
        while (!closed) {
            nudges.acquireUninterruptibly();
            nudges.drainPermits();
            if (logIsLong && !toBeShortened) {
                continue; // the writer's turn
            }
            String mode = toBeShortened ? "TRUNCATE" : "PASSIVE";
            toBeShortened = false;
            logIsLong = checkpoint(connection, mode) > LONG_LOG_PAGES;
        }
    }

    /// @return pages in the log
    private static long checkpoint(Connection connection, String mode) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            return row.next() ? row.getLong(2) : 0;
        } catch (SQLException e) {
            // The log keeps everything meanwhile; a full disk shows up at the next commit, which then says so.
            log.warn("the queue's write-ahead log could not be moved into the database: {}", e.getMessage());
            return 0;
        }
    }
}
