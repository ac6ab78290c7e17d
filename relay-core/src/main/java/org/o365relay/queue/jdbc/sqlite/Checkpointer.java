package org.o365relay.queue.jdbc.sqlite;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.o365relay.queue.SpaceShortage;
import org.o365relay.queue.jdbc.Committer;
import org.o365relay.queue.jdbc.Dialect;
import org.o365relay.queue.jdbc.FreeSpace;
import org.o365relay.queue.jdbc.Threads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs checkpoints, which copy SQLite's write-ahead log into the database, and returns free pages to the file
/// system.
///
/// A checkpoint on the writer's thread would delay every client that is waiting for a 250 reply, so checkpoints
/// run on a separate thread, in passive mode. SQLite restarts the log only after a checkpoint has reached the
/// end of the log, which never happens while the writer is busy; therefore, once the log is long, the writer
/// runs the checkpoint itself. Until the writer has done so, the checkpoint thread starts no checkpoint,
/// except to truncate the log on request: on a slow disk, it would otherwise always be running one, and the
/// writer could not start its own.
///
/// Checkpoints do not wait for readers: a program that reads from the database for a long time makes the log
/// grow, but delays no client.
final class Checkpointer implements Dialect.Upkeep {

    private static final Logger log = LoggerFactory.getLogger(Checkpointer.class);
    private static final int COMMITS_BETWEEN = 64;
    private static final long OCTETS_BETWEEN = 4L * 1024 * 1024;
    private static final long LONG_LOG_PAGES = 16_384; // 64 MiB

    /// Unused space that is kept for new mail, in bytes. Any further unused space is returned to the file
    /// system; if the disk is short of space, all of it is.
    private static final long MAX_SPARE = 64L * 1024 * 1024;

    /// Maximum number of pages returned in one transaction: 2 MiB, which takes the writer a few milliseconds.
    private static final int PAGE_BATCH = 512;

    /// Time that one call of [#returnFreeSpace] spends on returning pages, if no other work is waiting for the
    /// writer. It is long enough to return the space within minutes after a long outage.
    private static final Duration RETURN_TIME = Duration.ofMillis(250);

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

    @Override
    public void committed(Connection writer, long content) {
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

    /// Shrinks the files a little if they contain many free pages, for example after a long outage, or if the
    /// disk is short of space, so that free pages do not prevent new mail from being accepted.
    @Override
    public void returnFreeSpace(Committer committer, FreeSpace freeSpace) {
        boolean diskIsShort = freeSpace.shortageFor(0).equals(Optional.of(SpaceShortage.DISK));
        if (diskIsShort) {
            truncateRequested = true; // blocks the writer, so it is requested only when the disk is short of space
            requests.release();
        }
        long keep = diskIsShort ? 0 : MAX_SPARE;
        if (freeSpace.spare() > keep) {
            returnAllBut(keep, committer, freeSpace);
            requests.release(); // the checkpoint shortens the file
        }
    }

    private static void returnAllBut(long keep, Committer committer, FreeSpace freeSpace) {
        long end = System.nanoTime() + RETURN_TIME.toNanos();
        do {
            committer.write(statements -> {
                Sqlite.returnFreePages(statements.connection(), PAGE_BATCH);
                return true;
            });
        } while (freeSpace.spare() > keep && committer.isIdle() && System.nanoTime() < end);
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

    /// @return number of pages in the log; 0 or -1 if the checkpoint failed
    private static long checkpoint(Connection connection, String mode) {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            return row.next() ? row.getLong(2) : 0;
        } catch (SQLException e) {
            // Nothing is lost: the commits remain in the log.
            log.warn("the queue's write-ahead log could not be checkpointed, trying again: {}", e.getMessage());
            return 0;
        }
    }
}
