package org.o365relay.queue.jdbc;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.o365relay.queue.QueueSettings.KeepContent;
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
    private final StoreHealth health;
    private final FreeSpace freeSpace;
    private final Dialect.Upkeep upkeep;
    private final Committer committer;
    private final ReaderPool readers;
    private final ReaderPool scanners;

    private Store(
            Dialect dialect,
            StoreHealth health,
            FreeSpace freeSpace,
            Dialect.Upkeep upkeep,
            Committer committer,
            ReaderPool readers,
            ReaderPool scanners) {
        this.dialect = dialect;
        this.health = health;
        this.freeSpace = freeSpace;
        this.upkeep = upkeep;
        this.committer = committer;
        this.readers = readers;
        this.scanners = scanners;
    }

    /// Opens the database, and creates or upgrades its tables. If this fails, everything that was opened is
    /// closed.
    ///
    /// @throws QueueUnavailableException if a newer relay wrote the database
    static Store open(Dialect dialect, FreeSpace freeSpace)
            throws IOException, SQLException, QueueUnavailableException {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            Connection writer = opened(opened, dialect.openWriter());
            dialect.upgrade(writer);
            StoreHealth health = new StoreHealth(dialect, dialect.openFiles());
            ReaderPool readers = opened(opened, new ReaderPool(health, dialect::openReader, READERS));
            ReaderPool scanners = opened(opened, new ReaderPool(health, dialect::openScanner, SCANNERS));
            Dialect.Upkeep upkeep = dialect.startUpkeep();
            Committer committer = new Committer(writer, dialect::openWriter, dialect, health, freeSpace, upkeep);
            return new Store(dialect, health, freeSpace, upkeep, committer, readers, scanners);
        } catch (IOException | SQLException | QueueUnavailableException | RuntimeException e) {
            opened.forEach(Store::close);
            throw e;
        }
    }

    private static <T extends AutoCloseable> T opened(Deque<AutoCloseable> all, T resource) {
        all.push(resource);
        return resource;
    }

    Dialect dialect() {
        return dialect;
    }

    StoreHealth health() {
        return health;
    }

    FreeSpace freeSpace() {
        return freeSpace;
    }

    /// @return how long content of settled messages is kept
    KeepContent keepContent() {
        return freeSpace.keepContent();
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

    /// Checks whether the queue can be used ([StoreHealth]). Called every second.
    void check(Instant now) {
        health.check(committer, readers, now);
    }

    /// Saves a copy of the open database if one of its files was lost and no copy was saved before.
    void rescueIfLost(Instant now) {
        health.rescue(readers, now);
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
