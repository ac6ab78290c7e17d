package org.o365relay.queue;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves what SQLite's write-ahead log holds into the database.
///
/// Done by the writer itself, a checkpoint would make everybody who waits for a 250 wait for it too. So it is
/// done beside the writer, in passive mode. The log can start anew only once a checkpoint has caught up with
/// it, which under steady load one beside the writer does not; so when the log has grown long, the writer is
/// asked to do what remains. It does not wait for readers either: somebody who looks into the database with
/// another program makes the log longer, but nobody wait.
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
            logIsLong = false;
            checkpoint(writer, "PASSIVE");
        }
    }

    /// Asks for a checkpoint, soon.
    void nudge() {
        nudges.release();
    }

    /// Gives the log's space back to the file system, soon. Writers wait for it, so this is for when they have to wait
    /// for space anyway.
    void shorten() {
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
