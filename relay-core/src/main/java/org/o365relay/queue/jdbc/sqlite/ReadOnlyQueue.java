package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.UsageSlot;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueReader;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.ClockTable;
import org.o365relay.queue.jdbc.Committer;
import org.o365relay.queue.jdbc.DeviceTables;
import org.o365relay.queue.jdbc.Dialect;
import org.o365relay.queue.jdbc.JdbcReader;
import org.o365relay.queue.jdbc.QuotaTables;
import org.o365relay.queue.jdbc.ReadAccess;
import org.o365relay.queue.jdbc.Statements;
import org.o365relay.time.SteadyClock;

/// Reads the queue from a process other than the relay, whether or not the relay is running. Does not create or
/// change any file, and does not delay a running relay.
public final class ReadOnlyQueue {

    private final Path file;
    private final Sqlite sqlite;
    private final SteadyClock clock;

    /// @param directory the data directory
    public ReadOnlyQueue(Path directory) {
        this(directory, InstantSource.system());
    }

    /// @param directory the data directory
    /// @param clock the system clock, for queue summaries and for the times of usage slots
    public ReadOnlyQueue(Path directory, InstantSource clock) {
        this.clock = SteadyClock.following(clock);
        this.file = directory.resolve(Sqlite.FILE);
        this.sqlite = new Sqlite(directory);
    }

    /// @return ID of the process that has locked the data directory; empty if there is none, or if the process
    ///     cannot be determined
    public OptionalLong holder() {
        return DirectoryLock.holder(file.resolveSibling(DirectoryLock.FILE));
    }

    /// Reads the device counters. Changes made in the last few seconds may be missing, except for usage that
    /// counts against a limit.
    ///
    /// @return the devices, in any order, with the times of their usage slots converted to the system clock;
    ///     empty if the schema of the queue is too old to include devices
    /// @throws QueueUnavailableException if the queue cannot be read, or if its schema includes devices but is
    ///     not the current version; the message is for the admin
    public List<DeviceRecord> devices() throws QueueUnavailableException {
        return list(Schema.FIRST_WITH_DEVICES, statements -> {
            SteadyClock steady = ClockTable.last(statements, clock);
            return DeviceTables.all(statements).stream()
                    .map(device -> device.withUsage(onCalendar(device.usage(), steady)))
                    .toList();
        });
    }

    /// Reads how many recipients have recently counted against the quota of an account.
    ///
    /// @param window length of the period to read, which ends now
    /// @return the usage slots, with their times converted to the system clock; empty if the schema of the
    ///     queue is too old to include quota usage
    /// @throws QueueUnavailableException if the queue cannot be read, or if its schema includes quota usage but
    ///     is not the current version; the message is for the admin
    public List<UsageSlot> quotaUsage(String account, Duration window) throws QueueUnavailableException {
        return list(Schema.FIRST_WITH_QUOTA_USAGE, statements -> {
            SteadyClock steady = ClockTable.last(statements, clock);
            return onCalendar(
                    QuotaTables.usageSince(statements, account, steady.instant().minus(window)), steady);
        });
    }

    private static List<UsageSlot> onCalendar(List<UsageSlot> slots, SteadyClock steady) {
        return slots.stream()
                .map(slot -> new UsageSlot(steady.toCalendar(slot.start()), slot.recipients()))
                .toList();
    }

    /// @return a reader that opens the queue for each call
    /// @throws QueueUnavailableException if the queue cannot be read, or if its schema is not the current
    ///     version; the message is for the admin
    public QueueReader reader() throws QueueUnavailableException {
        return new JdbcReader(new OfflineAccess(this), query(statements -> {
            requireCurrentVersion(statements);
            return ClockTable.last(statements, clock);
        }));
    }

    /// @param settings the settings of this queue
    /// @return the current disk space
    /// @throws QueueUnavailableException if the queue cannot be read or the free space cannot be measured; the
    ///     message is for the admin
    public DiskCapacity capacity(QueueSettings settings) throws QueueUnavailableException {
        Dialect.Usage usage = query(sqlite::usage);
        try {
            long free = Files.getFileStore(file).getUsableSpace();
            return new DiskCapacity(free, settings.minimumFreeSpace(), usage.used(), settings.maximumSize());
        } catch (IOException e) {
            throw unavailable(
                    "the free space of the file system of " + file + " cannot be measured: " + e.getMessage());
        }
    }

    private record OfflineAccess(ReadOnlyQueue queue) implements ReadAccess {

        @Override
        public <T extends @Nullable Object> T read(Committer.Work<T> work) {
            try {
                return queue.query(statements -> {
                    queue.requireCurrentVersion(statements);
                    return work.on(statements);
                });
            } catch (QueueUnavailableException e) {
                throw new QueueException(e);
            }
        }
    }

    @FunctionalInterface
    public interface Query<T extends @Nullable Object> {
        T run(Statements statements) throws SQLException, QueueUnavailableException;
    }

    /// @param first the first schema version that includes the table
    /// @return the result of the query; an empty list if the schema version is lower than `first`
    private <T> List<T> list(int first, Query<List<T>> query) throws QueueUnavailableException {
        return query(statements -> {
            if (sqlite.version(statements.connection()) < first) {
                return List.of();
            }
            requireCurrentVersion(statements);
            return query.run(statements);
        });
    }

    /// @param query the query to run, which is run again if a relay starts in the meantime
    /// @throws QueueUnavailableException if the queue cannot be read; the message is for the admin
    public <T extends @Nullable Object> T query(Query<T> query) throws QueueUnavailableException {
        try {
            return read(query);
        } catch (NoSuchFileException e) {
            throw unavailable("there is no queue in " + file.getParent() + ": no relay has run with this"
                    + " data-directory yet");
        } catch (AccessDeniedException e) {
            throw unavailable(
                    "permission denied for " + e.getFile() + "; run the command as root or as the relay's user");
        } catch (IOException e) {
            throw unavailable("the queue " + file + " cannot be read: " + e.getMessage());
        } catch (SQLException e) {
            throw sqlite.unreadable(e);
        }
    }

    private <T extends @Nullable Object> T read(Query<T> query)
            throws IOException, SQLException, QueueUnavailableException {
        FileTime before = modified();
        boolean immutable = !sqlite.hasLog();
        try {
            T found = read(immutable, query);
            if (!immutable || isUnchangedSince(before)) {
                return found;
            }
        } catch (SQLException e) {
            if (!immutable || isUnchangedSince(before)) {
                throw e;
            }
        }
        return read(!sqlite.hasLog(), query); // a relay was started after the first attempt began
    }

    private <T extends @Nullable Object> T read(boolean immutable, Query<T> query)
            throws SQLException, QueueUnavailableException {
        try (Connection connection = sqlite.openReadOnly(immutable)) {
            connection.setAutoCommit(false); // one transaction, so that all reads see the same state
            return query.run(new Statements(connection, sqlite.statements()));
        }
    }

    /// @return the schema version
    /// @throws QueueUnavailableException if the version is not the current one
    private long requireCurrentVersion(Statements statements) throws SQLException, QueueUnavailableException {
        long version = sqlite.version(statements.connection());
        if (version < Schema.VERSION) {
            throw new QueueUnavailableException(
                    Reason.OLDER_SCHEMA,
                    "the queue " + file + " was written by an older o365-relay (schema " + version + ", this one reads "
                            + Schema.VERSION + "); start this version of the relay to upgrade it");
        }
        return version;
    }

    private boolean isUnchangedSince(FileTime before) throws IOException {
        return !sqlite.hasLog() && before.equals(modified());
    }

    /// Reads the attributes without opening the file, because closing it would release the locks of a relay in
    /// the same process.
    private FileTime modified() throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        if (!Files.isReadable(file)) {
            throw new AccessDeniedException(file.toString());
        }
        return time;
    }

    private static QueueUnavailableException unavailable(String message) {
        return new QueueUnavailableException(Reason.UNUSABLE_DIRECTORY, message);
    }
}
