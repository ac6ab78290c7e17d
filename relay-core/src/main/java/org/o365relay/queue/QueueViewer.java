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
import java.util.List;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.Spending;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// Looks into a queue from outside, whether a relay runs or not. Makes and changes no file, and holds nobody
/// up.
public final class QueueViewer {

    private final Path file;
    private final Sqlite sqlite;

    /// @param directory the data directory
    public QueueViewer(Path directory) {
        this.file = directory.resolve(Sqlite.FILE);
        this.sqlite = new Sqlite(directory);
    }

    /// Reads what is known of devices. What happened in the last few seconds may be missing; but recipients of
    /// a device with a budget are never missing.
    ///
    /// @return in any order; none if an older relay wrote the queue, and nothing about devices
    /// @throws QueueUnavailableException with a message for the admin
    public List<DeviceRecord> devices() throws QueueUnavailableException {
        return look(Sqlite.FIRST_WITH_DEVICES, DeviceTables::all);
    }

    /// As [MessageQueue#sent(String, Instant)].
    ///
    /// @return none if an older relay wrote the queue
    /// @throws QueueUnavailableException with a message for the admin
    public List<Spending> sent(String account, Instant since) throws QueueUnavailableException {
        return look(Sqlite.FIRST_WITH_LANES, statements -> Ledger.sentSince(statements, account, since));
    }

    /// @return what can be asked of the queue; each look is a new one
    /// @throws QueueUnavailableException with a message for the admin, also if an older relay wrote the queue
    public QueueReading reading() throws QueueUnavailableException {
        throw new UnsupportedOperationException("not yet");
    }

    @FunctionalInterface
    private interface Look<T> {
        List<T> at(Statements statements) throws SQLException;
    }

    /// @param first the schema version that has what is looked for
    private <T> List<T> look(int first, Look<T> look) throws QueueUnavailableException {
        try {
            return read(first, look);
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

    private <T> List<T> read(int first, Look<T> look) throws IOException, SQLException, QueueUnavailableException {
        FileTime before = modified();
        boolean isAtRest = !sqlite.hasLog();
        try {
            List<T> found = read(isAtRest, first, look);
            if (!isAtRest || isUnchangedSince(before)) {
                return found;
            }
        } catch (SQLException e) {
            if (!isAtRest || isUnchangedSince(before)) {
                throw e;
            }
        }
        return read(!sqlite.hasLog(), first, look); // a relay has started meanwhile
    }

    private <T> List<T> read(boolean isAtRest, int first, Look<T> look) throws SQLException, QueueUnavailableException {
        try (Connection connection = sqlite.openViewer(isAtRest)) {
            connection.setAutoCommit(false); // what is read belongs together
            return sqlite.version(connection) < first ? List.of() : look.at(new Statements(connection));
        }
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
