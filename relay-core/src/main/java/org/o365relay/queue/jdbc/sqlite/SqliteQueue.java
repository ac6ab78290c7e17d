package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.sql.SQLException;
import java.util.random.RandomGenerator;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.time.SteadyClock;

/// Opens a queue that is a SQLite database in a data directory. Only one relay at a time can open the queue in
/// a directory.
public final class SqliteQueue {

    private SqliteQueue() {}

    /// @return the exception for a queue that was opened, but cannot be read or written while the relay starts
    public static QueueUnavailableException unavailable(QueueSettings settings, QueueException failure) {
        return new Sqlite(settings.directory()).unavailable(failure);
    }

    /// Opens the queue in the data directory, and creates the queue and the directory if they do not exist.
    /// Copies a queue that has an older schema version before it is upgraded. Recovers from a crash as
    /// described for [JdbcQueue#open]. An existing queue opens even on a full disk; a new one cannot be created
    /// there.
    ///
    /// @param clock a clock of this process; use [JdbcQueue#clock] from then on
    /// @throws QueueUnavailableException if the queue cannot be opened; the message is for the admin
    public static JdbcQueue open(QueueSettings settings, SteadyClock clock, RandomGenerator random)
            throws QueueUnavailableException {
        DirectoryLock lock = DirectoryLock.acquire(settings.directory());
        Sqlite sqlite = new Sqlite(settings.directory());
        SpaceReserve reserve = new SpaceReserve(settings.directory());
        try {
            new MaintenanceMarker(settings.directory()).requireFinished();
            MaintenanceMarker.deleteTemporaryDatabases(settings.directory());
            DataDirectoryPermissions.restrict(settings.directory());
            SqliteFiles.warnAboutRescued(settings.directory());
            Runnable afterClose = () -> {
                reserve.create();
                lock.release();
            };
            JdbcQueue queue;
            try {
                queue = open(sqlite, settings, clock, random, afterClose);
            } catch (SQLException e) {
                if (!sqlite.isEnvironmental(e) || !reserve.release()) {
                    throw e;
                }
                queue = open(sqlite, settings, clock, random, afterClose);
            }
            reserve.create();
            return queue;
        } catch (QueueUnavailableException e) {
            lock.release();
            throw e;
        } catch (SQLException | IOException | QueueException e) {
            lock.release();
            throw sqlite.unavailable(e);
        }
    }

    private static JdbcQueue open(
            Sqlite sqlite, QueueSettings settings, SteadyClock clock, RandomGenerator random, Runnable afterClose)
            throws IOException, SQLException, QueueUnavailableException {
        SchemaBackups backups = new SchemaBackups(settings.directory(), clock.calendar());
        backups.backUpBeforeUpgrade(sqlite);
        return JdbcQueue.open(sqlite, settings, clock, random, backups::deleteExpired, afterClose);
    }
}
