package org.o365relay.queue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.UsageSlot;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// Looks into a queue from outside, whether a relay runs or not. Makes and changes no file, and holds nobody
/// up.
public final class OfflineQueue {

    private final Path file;
    private final Sqlite sqlite;
    private final InstantSource clock;

    /// @param directory the data directory
    public OfflineQueue(Path directory) {
        this(directory, InstantSource.system());
    }

    /// @param directory the data directory
    /// @param clock says when it was looked
    public OfflineQueue(Path directory, InstantSource clock) {
        this.clock = clock;
        this.file = directory.resolve(Sqlite.FILE);
        this.sqlite = new Sqlite(directory);
    }

    /// @return the process that has the queue in use; empty if none has, or it cannot be seen
    public OptionalLong holder() {
        return DirectoryLock.holder(file.resolveSibling(DirectoryLock.FILE));
    }

    /// Reads what is known of devices. What happened in the last few seconds may be missing; but recipients of
    /// a device with a budget are never missing.
    ///
    /// @return in any order; none if an older relay wrote the queue, and nothing about devices
    /// @throws QueueUnavailableException with a message for the admin
    public List<DeviceRecord> devices() throws QueueUnavailableException {
        return list(Sqlite.FIRST_WITH_DEVICES, DeviceTables::all);
    }

    /// As [MessageQueue#quotaUsage(String, Instant)].
    ///
    /// @return none if an older relay wrote the queue
    /// @throws QueueUnavailableException with a message for the admin
    public List<UsageSlot> quotaUsage(String account, Instant since) throws QueueUnavailableException {
        return list(Sqlite.FIRST_WITH_QUOTA_USAGE, statements -> QuotaTables.usageSince(statements, account, since));
    }

    /// @return what can be asked of the queue; each look is a new one
    /// @throws QueueUnavailableException with a message for the admin, also if an older relay wrote the queue
    public QueueReader reader() throws QueueUnavailableException {
        query(this::requireCurrentVersion);
        return new QueueQueries(new FromOutside(this), clock);
    }

    /// @param settings of this queue
    /// @return how much room there is
    /// @throws QueueUnavailableException with a message for the admin
    public DiskCapacity capacity(QueueSettings settings) throws QueueUnavailableException {
        Sqlite.Usage usage = query(statements -> Sqlite.usage(statements.connection()));
        try {
            long free = Files.getFileStore(file).getUsableSpace();
            return new DiskCapacity(free, settings.minimumFreeSpace(), usage.used(), settings.maximumSize());
        } catch (IOException e) {
            throw unavailable("the file system of " + file + " cannot be asked for its free space: " + e.getMessage());
        }
    }

    private record FromOutside(OfflineQueue viewer) implements ReadAccess {

        @Override
        public <T extends @Nullable Object> T read(Committer.Work<T> work) {
            try {
                return viewer.query(statements -> {
                    viewer.requireCurrentVersion(statements);
                    return work.on(statements);
                });
            } catch (QueueUnavailableException e) {
                throw new QueueException(e);
            }
        }
    }

    @FunctionalInterface
    interface Query<T extends @Nullable Object> {
        T at(Statements statements) throws SQLException, QueueUnavailableException;
    }

    /// @param first the first schema version that has the table
    /// @return an empty list if the queue has an older version
    private <T> List<T> list(int first, Query<List<T>> look) throws QueueUnavailableException {
        return query(statements -> {
            if (sqlite.version(statements.connection()) < first) {
                return List.of();
            }
            requireCurrentVersion(statements);
            return look.at(statements);
        });
    }

    /// @param query repeated if a relay has started meanwhile
    <T extends @Nullable Object> T query(Query<T> look) throws QueueUnavailableException {
        try {
            return read(look);
        } catch (NoSuchFileException e) {
            throw unavailable("there is no queue in " + file.getParent() + ": no relay has run with this"
                    + " data-directory yet");
        } catch (AccessDeniedException e) {
            throw unavailable("permission denied for " + e.getFile() + "; ask as root, or as the relay's user");
        } catch (IOException e) {
            throw unavailable("the queue " + file + " cannot be read: " + e.getMessage());
        } catch (SQLException e) {
            throw sqlite.unreadable(e);
        }
    }

    private <T extends @Nullable Object> T read(Query<T> look)
            throws IOException, SQLException, QueueUnavailableException {
        FileTime before = modified();
        boolean isAtRest = !sqlite.hasLog();
        try {
            T found = read(isAtRest, look);
            if (!isAtRest || isUnchangedSince(before)) {
                return found;
            }
        } catch (SQLException e) {
            if (!isAtRest || isUnchangedSince(before)) {
                throw e;
            }
        }
        return read(!sqlite.hasLog(), look); // a relay has started meanwhile
    }

    private <T extends @Nullable Object> T read(boolean isAtRest, Query<T> look)
            throws SQLException, QueueUnavailableException {
        try (Connection connection = sqlite.openReadOnly(isAtRest)) {
            connection.setAutoCommit(false); // what is read belongs together
            return look.at(new Statements(connection));
        }
    }

    /// @return the version of the tables, of which nothing is missing
    private long requireCurrentVersion(Statements statements) throws SQLException, QueueUnavailableException {
        long version = sqlite.version(statements.connection());
        if (version < Sqlite.SCHEMA_VERSION) {
            throw new QueueUnavailableException(
                    Reason.OLDER_SCHEMA,
                    "the queue " + file + " was written by an older o365-relay (schema " + version + ", this one reads "
                            + Sqlite.SCHEMA_VERSION + "); a start of this version brings it up to date");
        }
        return version;
    }

    private boolean isUnchangedSince(FileTime before) throws IOException {
        return !sqlite.hasLog() && before.equals(modified());
    }

    /// The file is not opened: closing it would give up the locks of a relay in the same process.
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
