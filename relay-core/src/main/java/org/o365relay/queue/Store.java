package org.o365relay.queue;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The database with its connections: one writer, a few readers, one for checkpoints.
final class Store implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Store.class);

    /// Free octets kept for new mail; more than this is returned to the file system.
    private static final long MAX_SPARE = 64L * 1024 * 1024;

    /// Pages returned in one transaction: 2 MiB, which takes the writer a few milliseconds.
    private static final int PAGE_BATCH = 512;

    /// Time per second spent on returning pages while nothing else is written: after a long outage the space is
    /// returned within minutes.
    private static final Duration RETURN_TIME = Duration.ofMillis(250);

    private static final int DELETE_BATCH = 20;

    private static final int READERS = 4;

    /// Long reads have connections of their own, so that they do not block claims and deliveries.
    private static final int SCANNERS = 2;

    private final FreeSpace freeSpace;
    private final Checkpointer checkpointer;
    private final Committer committer;
    private final ReaderPool readers;
    private final ReaderPool scanners;

    private Store(
            FreeSpace freeSpace,
            Checkpointer checkpointer,
            Committer committer,
            ReaderPool readers,
            ReaderPool scanners) {
        this.freeSpace = freeSpace;
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

    static Store open(FreeSpace freeSpace, Sqlite sqlite) throws SQLException, QueueUnavailableException {
        Connection writer = sqlite.openWriter();
        try {
            sqlite.upgrade(writer);
            ReaderPool readers = new ReaderPool(sqlite::openReader, READERS);
            ReaderPool scanners = new ReaderPool(sqlite::openScanner, SCANNERS);
            Checkpointer checkpointer = new Checkpointer(sqlite.openCheckpointer());
            Committer committer = new Committer(writer, sqlite::openWriter, freeSpace, checkpointer);
            return new Store(freeSpace, checkpointer, committer, readers, scanners);
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

    /// @return connections for long reads
    ReaderPool scanners() {
        return scanners;
    }

    /// Deletes messages that were partly received when the relay ended, a few at a time.
    ///
    /// @return number of messages
    int deleteIncoming() {
        return committer.writeInBatches(
                DELETE_BATCH, statements -> MessageTables.deleteIncoming(statements, DELETE_BATCH));
    }

    /// Shrinks the files a little if they have many free pages, as after a long outage, or if the disk is short
    /// of space: free pages must not prevent new mail from being accepted.
    void returnFreeSpace() {
        boolean diskIsShort = freeSpace.shortageFor(0).equals(Optional.of(SpaceShortage.DISK));
        if (diskIsShort) {
            checkpointer.truncate();
        }
        long keep = diskIsShort ? 0 : MAX_SPARE;
        if (freeSpace.spare() > keep) {
            returnAllBut(keep);
            checkpointer.request(); // shortens the file
        }
    }

    private void returnAllBut(long keep) {
        long end = System.nanoTime() + RETURN_TIME.toNanos();
        do {
            committer.write(statements -> {
                Sqlite.returnFreePages(statements.connection(), PAGE_BATCH);
                return true;
            });
        } while (freeSpace.spare() > keep && committer.isIdle() && System.nanoTime() < end);
    }

    /// Writes all submitted work first.
    @Override
    public void close() {
        close(committer);
        close(scanners);
        close(readers);
        close(checkpointer);
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            log.warn("the queue did not close cleanly; nothing committed is lost: {}", e.getMessage());
        }
    }
}
