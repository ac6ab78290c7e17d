package org.o365relay.queue;

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
import org.o365relay.queue.MaintenanceMarker.Operation;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// Makes a backup, or a copy kept before an upgrade, the queue. No relay may run.
///
/// What was delivered after the backup was made is open in it, and will be delivered again: the history of every open
/// message says so.
public final class QueueRestore {

    private static final String COMMAND = "restore";
    private static final String FRESH = "queue-restore.db";

    private final Path directory;
    private final InstantSource clock;
    private final Sqlite queue;
    private final Sqlite fresh;
    private final MaintenanceMarker unfinished;

    /// @param directory the data directory
    public QueueRestore(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
        this.queue = new Sqlite(directory);
        this.fresh = new Sqlite(directory, FRESH);
        this.unfinished = new MaintenanceMarker(directory);
    }

    /// What was done.
    ///
    /// @param previous where the queue is that was there before; null if there was none
    /// @param open messages that will be delivered, or are on hold
    public record Result(@Nullable Path previous, long open) {}

    /// @param backup a file made by a backup, or a queue that was put aside, with its log if it has one
    /// @param replace whether a queue that is there is moved aside; if not, and there is one, nothing is done
    /// @param hold whether nothing of it is delivered until an operator releases it
    /// @throws QueueUnavailableException with a message for the admin
    public Result restore(Path backup, boolean replace, boolean hold) throws QueueUnavailableException {
        if (!Files.isRegularFile(backup)) {
            throw refused(Reason.UNUSABLE_DIRECTORY, backup + " is no file");
        }
        DirectoryLock lock = DirectoryLock.acquire(directory);
        try {
            unfinished.requireFinishedExcept(COMMAND);
            Optional<Operation> begun = unfinished.unfinished();
            if (Files.exists(queue.file()) && !replace && begun.isEmpty()) {
                throw refused(
                        Reason.UNUSABLE_DIRECTORY,
                        "there is a queue in " + directory + " already; --replace moves it aside");
            }
            fresh.delete();
            copy(backup);
            long open = prepare(backup, hold);
            Path aside = exchange(begun);
            return new Result(aside, open);
        } catch (IOException e) {
            throw refused(Reason.UNUSABLE_DIRECTORY, "the backup could not be restored: " + e.getMessage());
        } catch (SQLException e) {
            throw Sqlite.isDamage(e)
                    ? refused(Reason.DAMAGED, backup + " is damaged: " + e.getMessage())
                    : refused(Reason.UNUSABLE_DIRECTORY, "the backup could not be restored: " + e.getMessage());
        } finally {
            clean();
            lock.release();
        }
    }

    /// A queue that was put aside may have a log, with its newest commits.
    private void copy(Path backup) throws IOException {
        Path log = log(backup);
        if (DurableFiles.size(log) > 0) {
            DurableFiles.copy(log, fresh.log());
        }
        DurableFiles.copy(backup, fresh.file());
        DurableFiles.syncDirectory(directory);
    }

    private static Path log(Path backup) {
        return new Sqlite(DurableFiles.folder(backup), backup.getFileName().toString()).log();
    }

    private static Instant takenAt(Path backup) throws IOException {
        Path log = log(backup);
        Path newest = DurableFiles.size(log) > 0 ? log : backup;
        return Files.getLastModifiedTime(newest).toInstant();
    }

    /// @return how many messages are open
    private long prepare(Path backup, boolean hold) throws IOException, SQLException, QueueUnavailableException {
        Instant takenAt = takenAt(backup);
        try (Connection look = fresh.connect()) {
            List<String> damages = Sqlite.integrity(look);
            if (!damages.isEmpty()) {
                throw refused(Reason.DAMAGED, backup + " is damaged: " + damages.getFirst());
            }
            if (fresh.version(look) == 0) {
                throw refused(Reason.DAMAGED, backup + " is no queue of an o365-relay");
            }
        }
        try (Connection writer = fresh.openWriter()) {
            fresh.upgrade(writer);
            long open = mark(new Statements(writer), takenAt, hold);
            writer.commit();
            Sqlite.number(writer, "PRAGMA wal_checkpoint(TRUNCATE)");
            return open;
        }
    }

    private long mark(Statements statements, Instant takenAt, boolean hold) throws SQLException {
        long now = clock.instant().toEpochMilli();
        long open = statements
                .with(
                        "insert-event-for-each-open",
                        now,
                        "restored",
                        "from a backup of " + takenAt + "; it may have been delivered after that")
                .executeUpdate();
        if (hold) {
            statements
                    .with("hold-open", now, ClaimTables.END_OF_TIME.toEpochMilli())
                    .executeUpdate();
        }
        return open;
    }

    /// @param begun if it was interrupted before: part of the old queue may be aside already
    private @Nullable Path exchange(Optional<Operation> begun) throws IOException, QueueUnavailableException {
        fresh.requireNoLog();
        DurableFiles.sync(fresh.file());
        Path folder = begun.map(Operation::folder)
                .orElse(directory.resolve("replaced").resolve(Quarantine.name(clock.instant())));
        if (begun.isEmpty() && queue.files().isEmpty()) {
            DurableFiles.move(fresh.file(), queue.file());
            return null;
        }
        DurableFiles.createDirectories(folder);
        unfinished.begin(COMMAND, folder);
        for (Path file : queue.files()) {
            Path aside = folder.resolve(file.getFileName());
            if (!Files.exists(aside)) {
                DurableFiles.move(file, aside);
            }
        }
        queue.delete(); // what is there now was put there by a restore that did not end
        DurableFiles.move(fresh.file(), queue.file());
        unfinished.end();
        return folder;
    }

    /// Deletes what a killed one has left. Nobody needs it.
    static void deleteLeftovers(Path directory) throws IOException {
        new Sqlite(directory, FRESH).delete();
    }

    private void clean() throws QueueUnavailableException {
        try {
            fresh.delete();
        } catch (IOException e) {
            throw refused(Reason.UNUSABLE_DIRECTORY, fresh.file() + " could not be deleted: " + e.getMessage());
        }
    }

    private static QueueUnavailableException refused(Reason reason, String message) {
        return new QueueUnavailableException(reason, message);
    }
}
