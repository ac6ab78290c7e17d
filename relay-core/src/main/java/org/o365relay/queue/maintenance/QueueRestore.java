package org.o365relay.queue.maintenance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.ClaimTables;
import org.o365relay.queue.jdbc.Statements;
import org.o365relay.queue.jdbc.sqlite.DirectoryLock;
import org.o365relay.queue.jdbc.sqlite.DurableFiles;
import org.o365relay.queue.jdbc.sqlite.MaintenanceMarker;
import org.o365relay.queue.jdbc.sqlite.MaintenanceMarker.Operation;
import org.o365relay.queue.jdbc.sqlite.Sqlite;

/// Replaces the queue with a backup, with a copy made before an upgrade, or with a queue that was replaced
/// earlier. No relay may be running.
///
/// Messages in the backup that were delivered after it was made are delivered again, unless they are put on
/// hold; messages that were accepted after it was made are missing from the restored queue. An event in the
/// history of every open message records the restore.
public final class QueueRestore {

    private static final String COMMAND = "restore";

    private final Path directory;
    private final InstantSource clock;
    private final Sqlite queue;
    private final Sqlite restored;
    private final MaintenanceMarker marker;

    /// @param directory the data directory
    public QueueRestore(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
        this.queue = new Sqlite(directory);
        this.restored = new Sqlite(directory, MaintenanceMarker.RESTORED);
        this.marker = new MaintenanceMarker(directory);
    }

    /// Result of a restore.
    ///
    /// @param previous folder to which the replaced queue was moved; null if there was no queue
    /// @param open number of open messages, including those on hold
    public record Result(@Nullable Path previous, long open) {}

    /// @param backup the database file to restore; a write-ahead log next to it is restored as well
    /// @param replace true to move an existing queue to `replaced/`; false to fail if a queue exists, unless an
    ///     earlier restore was interrupted
    /// @param hold whether to put all open messages on hold
    /// @throws QueueUnavailableException if the backup cannot be restored; the message is for the admin
    public Result restore(Path backup, boolean replace, boolean hold) throws QueueUnavailableException {
        if (!Files.isRegularFile(backup)) {
            throw unavailable(Reason.UNUSABLE_DIRECTORY, backup + " is not a file");
        }
        DirectoryLock lock = DirectoryLock.acquire(directory);
        try {
            marker.requireFinishedExcept(COMMAND);
            Optional<Operation> interrupted = marker.unfinished();
            if (Files.exists(queue.file()) && !replace && interrupted.isEmpty()) {
                throw unavailable(
                        Reason.UNUSABLE_DIRECTORY,
                        "there is already a queue in " + directory + "; add --replace to move it to replaced/");
            }
            restored.delete();
            copy(backup);
            long open = prepare(backup, hold);
            Path previous = replaceFiles(interrupted);
            return new Result(previous, open);
        } catch (IOException e) {
            throw unavailable(
                    Reason.UNUSABLE_DIRECTORY, "the backup " + backup + " could not be restored: " + e.getMessage());
        } catch (SQLException e) {
            throw restored.isDamage(e)
                    ? unavailable(Reason.DAMAGED, backup + " is damaged: " + e.getMessage())
                    : unavailable(
                            Reason.UNUSABLE_DIRECTORY,
                            "the backup " + backup + " could not be restored: " + e.getMessage());
        } finally {
            clean();
            lock.release();
        }
    }

    /// Copies the backup with its log, if there is one: a replaced queue may have a log that contains its
    /// newest commits.
    private void copy(Path backup) throws IOException {
        Path log = log(backup);
        if (DurableFiles.size(log) > 0) {
            DurableFiles.copy(log, restored.log());
        }
        DurableFiles.copy(backup, restored.file());
        DurableFiles.syncDirectory(directory);
    }

    private static Path log(Path backup) {
        return new Sqlite(
                        DurableFiles.parentDirectory(backup),
                        backup.getFileName().toString())
                .log();
    }

    private static Instant takenAt(Path backup) throws IOException {
        Path log = log(backup);
        Path newest = DurableFiles.size(log) > 0 ? log : backup;
        return Files.getLastModifiedTime(newest).toInstant();
    }

    /// @return the number of open messages
    private long prepare(Path backup, boolean hold) throws IOException, SQLException, QueueUnavailableException {
        Instant takenAt = takenAt(backup);
        try (Connection reader = restored.connect()) {
            List<String> problems = Sqlite.integrity(reader);
            if (!problems.isEmpty()) {
                throw unavailable(Reason.DAMAGED, backup + " is damaged: " + problems.getFirst());
            }
            if (restored.version(reader) == 0) {
                throw unavailable(Reason.DAMAGED, backup + " is not a queue of o365-relay");
            }
        }
        try (Connection writer = restored.openWriter()) {
            restored.upgrade(writer);
            long open = recordRestore(MaintenanceStatements.on(writer), takenAt, hold);
            writer.commit();
            Sqlite.emptyLog(writer);
            return open;
        }
    }

    private long recordRestore(Statements statements, Instant takenAt, boolean hold) throws SQLException {
        long now = clock.instant().toEpochMilli();
        long open = statements.update(
                "insert-event-for-each-open",
                now,
                "restored",
                "from a backup of " + takenAt + "; it may have been delivered since");
        if (hold) {
            statements.update("hold-open", now, ClaimTables.NEVER);
        }
        return open;
    }

    /// @param interrupted an earlier restore that was killed and may already have moved some files of the old
    ///     queue; empty if there was none
    /// @return the folder with the previous files; null if there were none
    private @Nullable Path replaceFiles(Optional<Operation> interrupted) throws IOException, QueueUnavailableException {
        restored.requireNoLog();
        DurableFiles.sync(restored.file());
        Path folder = interrupted
                .map(Operation::folder)
                .orElse(directory.resolve("replaced").resolve(Quarantine.name(clock.instant())));
        if (interrupted.isEmpty() && queue.files().isEmpty()) {
            DurableFiles.move(restored.file(), queue.file());
            return null;
        }
        DurableFiles.createDirectories(folder);
        marker.begin(COMMAND, folder);
        for (Path file : queue.files()) {
            Path previous = folder.resolve(file.getFileName());
            if (!Files.exists(previous)) {
                DurableFiles.move(file, previous);
            }
        }
        queue.delete(); // files left by an interrupted restore
        DurableFiles.move(restored.file(), queue.file());
        marker.end();
        return folder;
    }

    private void clean() throws QueueUnavailableException {
        try {
            restored.delete();
        } catch (IOException e) {
            throw unavailable(Reason.UNUSABLE_DIRECTORY, restored.file() + " could not be deleted: " + e.getMessage());
        }
    }

    private static QueueUnavailableException unavailable(Reason reason, String message) {
        return new QueueUnavailableException(reason, message);
    }
}
