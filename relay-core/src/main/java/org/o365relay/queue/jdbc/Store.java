package org.o365relay.queue.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import org.o365relay.queue.QueueUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The database with its connections: one writer and a few readers.
final class Store implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Store.class);

    private static final int READERS = 4;

    /// Number of connections for long reads, which must not block claims and deliveries.
    private static final int SCANNERS = 2;

    private final Dialect dialect;
    private final FreeSpace freeSpace;
    private final Dialect.Upkeep upkeep;
    private final Committer committer;
    private final ReaderPool readers;
    private final ReaderPool scanners;

    private Store(
            Dialect dialect,
            FreeSpace freeSpace,
            Dialect.Upkeep upkeep,
            Committer committer,
            ReaderPool readers,
            ReaderPool scanners) {
        this.dialect = dialect;
        this.freeSpace = freeSpace;
        this.upkeep = upkeep;
        this.committer = committer;
        this.readers = readers;
        this.scanners = scanners;
    }

    /// Opens the database, and creates or upgrades its tables.
    ///
    /// @throws QueueUnavailableException if a newer relay wrote the database
    static Store open(Dialect dialect, FreeSpace freeSpace) throws SQLException, QueueUnavailableException {
        Connection writer = dialect.openWriter();
        try {
            dialect.upgrade(writer);
            ReaderPool readers = new ReaderPool(dialect, dialect::openReader, READERS);
            ReaderPool scanners = new ReaderPool(dialect, dialect::openScanner, SCANNERS);
            Dialect.Upkeep upkeep = dialect.startUpkeep();
            Committer committer = new Committer(writer, dialect::openWriter, dialect, freeSpace, upkeep);
            return new Store(dialect, freeSpace, upkeep, committer, readers, scanners);
        } catch (SQLException | QueueUnavailableException e) {
            writer.close();
            throw e;
        }
    }

    Dialect dialect() {
        return dialect;
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

    /// Returns part of the unused space to the file system.
    void returnFreeSpace() {
        upkeep.returnFreeSpace(committer, freeSpace);
    }

    /// Writes all submitted work, then closes all connections.
    @Override
    public void close() {
        close(committer);
        close(scanners);
        close(readers);
        close(upkeep);
    }

    private static void close(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            log.warn("the queue did not close cleanly; no committed data is lost: {}", e.getMessage());
        }
    }
}
