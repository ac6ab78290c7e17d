package org.o365relay.queue;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The database and those who work on it: one writer, a few readers, one that moves the log. Opened and closed
/// together.
final class Store implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Store.class);

    /// Kept for the mail to come; more than this is given back to the file system.
    private static final long SPARE_KEPT = 64L * 1024 * 1024;

    /// 2 MiB of 4 KiB pages: a few milliseconds of the writer's time.
    private static final int PAGES_AT_ONCE = 512;

    /// Of every second, if nobody else writes: the space of a long outage is back after minutes, not hours.
    private static final Duration RETURN_TIME = Duration.ofMillis(250);

    private static final int DELETED_AT_ONCE = 20;

    private static final int READERS = 4;

    /// Looks at everything take their time. They must not take the readers from deliveries and claims.
    private static final int SCANNERS = 2;

    private final FreeSpace freeSpace;
    private final Checkpointer checkpointer;
    private final Committer committer;
    private final ReaderPool readers;
    private final ReaderPool scanners;

    private Store(
            FreeSpace room, Checkpointer checkpointer, Committer committer, ReaderPool readers, ReaderPool scanners) {
        this.freeSpace = room;
        this.checkpointer = checkpointer;
        this.committer = committer;
        this.readers = readers;
        this.scanners = scanners;
    }

    /// @throws QueueUnavailableException if a newer relay has written the database
    static Store open(QueueSettings settings, Sqlite sqlite)
            throws IOException, SQLException, QueueUnavailableException {
        return open(new FreeSpace(settings), sqlite);
    }

    static Store open(FreeSpace room, Sqlite sqlite) throws SQLException, QueueUnavailableException {
        Connection writer = sqlite.openWriter();
        try {
            sqlite.upgrade(writer);
            ReaderPool readers = new ReaderPool(sqlite::openReader, READERS);
            ReaderPool scanners = new ReaderPool(sqlite::openScanner, SCANNERS);
            Checkpointer checkpointer = new Checkpointer(sqlite.openCheckpointer());
            Committer committer = new Committer(writer, sqlite::openWriter, room, checkpointer);
            return new Store(room, checkpointer, committer, readers, scanners);
        } catch (SQLException | QueueUnavailableException e) {
            writer.close();
            throw e;
        }
    }

    FreeSpace freeSpace() {
        return freeSpace;
    }

    Committer committer() {
        return committer;
    }

    ReaderPool readers() {
        return readers;
    }

    /// @return for looks at everything
    ReaderPool scanners() {
        return scanners;
    }

    /// Forgets what was half received when the relay ended. In small steps: nobody knows how much it is.
    ///
    /// @return how many messages that were
    int deleteIncoming() {
        int all = 0;
        int swept;
        do {
            swept = committer.write(statements -> MessageTables.deleteIncoming(statements, DELETED_AT_ONCE));
            all += swept;
        } while (swept == DELETED_AT_ONCE);
        return all;
    }

    /// Makes the files a little smaller if they are much larger than their content, as after a long outage, or if the
    /// disk is short: what the queue holds and does not need must not keep new mail out.
    void returnFreeSpace() {
        boolean diskIsShort = freeSpace.shortageFor(0).equals(Optional.of(SpaceShortage.DISK));
        if (diskIsShort) {
            checkpointer.truncate();
        }
        long keep = diskIsShort ? 0 : SPARE_KEPT;
        if (freeSpace.spare() > keep) {
            giveBackAllBut(keep);
            checkpointer.request(); // the file gets shorter then
        }
    }

    private void giveBackAllBut(long keep) {
        long end = System.nanoTime() + RETURN_TIME.toNanos();
        do {
            committer.write(statements -> {
                Sqlite.returnFreePages(statements.connection(), PAGES_AT_ONCE);
                return true;
            });
        } while (freeSpace.spare() > keep && committer.isIdle() && System.nanoTime() < end);
    }

    /// Ends after everything submitted before has been written.
    @Override
    public void close() {
        close(committer);
        close(scanners);
        close(readers);
        close(checkpointer);
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            log.warn("the queue did not close cleanly; nothing committed is lost: {}", e.getMessage());
        }
    }
}
