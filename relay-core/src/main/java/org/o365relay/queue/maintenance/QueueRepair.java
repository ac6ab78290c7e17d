package org.o365relay.queue.maintenance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.ClockTable;
import org.o365relay.queue.jdbc.Statements;
import org.o365relay.queue.jdbc.sqlite.DirectoryLock;
import org.o365relay.queue.jdbc.sqlite.DurableFiles;
import org.o365relay.queue.jdbc.sqlite.FirstPage;
import org.o365relay.queue.jdbc.sqlite.MaintenanceMarker;
import org.o365relay.queue.jdbc.sqlite.MaintenanceMarker.Operation;
import org.o365relay.queue.jdbc.sqlite.RowRecovery;
import org.o365relay.queue.jdbc.sqlite.Schema;
import org.o365relay.queue.jdbc.sqlite.Sqlite;
import org.o365relay.time.SteadyClock;
import org.o365relay.time.SteadyClock.Reading;

/// Repairs a queue while no relay is running. Copies the files to the quarantine folder first. Then copies the
/// readable rows into a new database if the file is damaged, fixes inconsistent rows, and quarantines messages
/// that cannot be delivered: it copies them to the quarantine folder and puts them on hold. No readable
/// message is discarded.
///
/// A repair may be killed at any time and run again: a [MaintenanceMarker] exists while files are being
/// replaced, so that no relay opens files that are inconsistent with each other.
public final class QueueRepair {

    private static final String COMMAND = "queue verify --repair";
    private static final long MIB = 1024L * 1024;

    private final QueueSettings settings;
    private final InstantSource clock;
    private final Sqlite queue;
    private final Sqlite repaired;
    private final Sqlite repairSource;
    private final MaintenanceMarker marker;

    public QueueRepair(QueueSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
        this.queue = new Sqlite(settings.directory());
        this.repaired = new Sqlite(settings.directory(), MaintenanceMarker.REPAIRED);
        this.repairSource = new Sqlite(settings.directory(), MaintenanceMarker.REPAIR_SOURCE);
        this.marker = new MaintenanceMarker(settings.directory());
    }

    /// Result of a repair.
    ///
    /// @param quarantine quarantine folder, with the copied files and the exported messages
    /// @param rebuilt whether the readable rows were copied into a new database
    /// @param actions what was recovered, fixed or deleted, and which tables have unreadable rows, one line
    ///     each
    /// @param quarantined damaged messages, and rows whose message is missing, that were copied to quarantine;
    ///     one line for each message
    /// @param open number of open messages after the repair, including those on hold
    public record Report(Path quarantine, boolean rebuilt, List<String> actions, List<String> quarantined, long open) {

        public Report {
            actions = List.copyOf(actions);
            quarantined = List.copyOf(quarantined);
        }
    }

    /// @throws QueueUnavailableException with a message for the admin, for example if a relay is running, if
    ///     there is not enough free space, or if the disk fails
    public Report repair() throws QueueUnavailableException {
        // checked first, because acquiring the lock would create the directory
        if (!Files.isDirectory(settings.directory())) {
            throw noQueue();
        }
        DirectoryLock lock = DirectoryLock.acquire(settings.directory());
        try {
            marker.requireFinishedExcept(COMMAND);
            if (marker.unfinished().isEmpty() && !Files.exists(queue.file())) {
                throw noQueue();
            }
            Quarantine quarantine = quarantine();
            return isDamaged() ? rebuild(quarantine) : fix(queue, quarantine, List.of(), false);
        } catch (IOException | SQLException e) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "the queue " + queue.file() + " could not be repaired: " + e.getMessage()
                            + "; no data is lost; repeat the repair");
        } finally {
            lock.release();
        }
    }

    private QueueUnavailableException noQueue() {
        return new QueueUnavailableException(Reason.UNUSABLE_DIRECTORY, "there is no queue in " + settings.directory());
    }

    private Quarantine quarantine() throws IOException, QueueUnavailableException {
        Optional<Operation> interrupted = marker.unfinished();
        if (interrupted.isPresent()) {
            Quarantine quarantine = new Quarantine(interrupted.get().folder());
            quarantine.restoreFiles(queue);
            marker.end();
            MaintenanceMarker.deleteTemporaryDatabases(settings.directory());
            return quarantine;
        }
        MaintenanceMarker.deleteTemporaryDatabases(settings.directory());
        long size = queue.files().stream().mapToLong(DurableFiles::size).sum();
        long free = Files.getFileStore(settings.directory()).getUsableSpace();
        if (free < 3 * size) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "a repair of " + queue.file() + " needs up to " + (3 * size / MIB + 1)
                            + " MiB of free space, but only " + free / MIB
                            + " MiB are free; nothing was changed. Free some space and repeat the repair");
        }
        Quarantine quarantine = Quarantine.create(settings.directory(), clock.instant());
        quarantine.copyFiles(queue);
        return quarantine;
    }

    private boolean isDamaged() throws SQLException, QueueUnavailableException {
        try (Connection connection = queue.connect()) {
            long version = queue.version(connection);
            return version == 0 || !QueueVerifier.problems(connection, version).isEmpty();
        } catch (SQLException e) {
            if (!Sqlite.isUnreadable(e)) {
                throw e;
            }
            return true;
        }
    }

    private Report rebuild(Quarantine quarantine) throws IOException, SQLException, QueueUnavailableException {
        List<String> done = new ArrayList<>();
        try (Connection target = repaired.openWriter()) {
            long version = versionToRecover();
            repaired.upgrade(target, version);
            done.add("all readable rows were copied into a new database");
            done.addAll(recover(quarantine, target, version));
        }
        Report report = fix(repaired, quarantine, done, true);
        repaired.requireNoLog();
        DurableFiles.sync(repaired.file());
        marker.begin(COMMAND, quarantine.folder());
        replaceFiles();
        marker.end();
        repairSource.delete();
        return report;
    }

    /// @return the schema version of the damaged database, which determines the names of its tables and
    ///     columns; the current version if the version cannot be read or is 0
    private long versionToRecover() throws SQLException, QueueUnavailableException {
        try (Connection source = queue.connect()) {
            long version = queue.version(source);
            return version == 0 ? Schema.VERSION : version;
        } catch (SQLException e) {
            if (!Sqlite.isUnreadable(e)) {
                throw e;
            }
            return Schema.VERSION;
        }
    }

    /// Deletes the old log before the database file is replaced, so that SQLite does not apply the log to the
    /// new file.
    private void replaceFiles() throws IOException {
        DurableFiles.delete(queue.index());
        DurableFiles.delete(queue.log());
        DurableFiles.move(repaired.file(), queue.file());
    }

    private List<String> recover(Quarantine quarantine, Connection target, long version)
            throws IOException, SQLException, QueueUnavailableException {
        try (Connection source = queue.openReader()) {
            if (Schema.structure(source).contains("column id of table message")) {
                return new RowRecovery(source, target).copy();
            }
        } catch (SQLException e) {
            if (!Sqlite.isUnreadable(e)) {
                throw e;
            }
        }
        for (Path file : new Sqlite(quarantine.folder()).files()) {
            String suffix = file.getFileName().toString().substring(Sqlite.FILE.length());
            DurableFiles.copy(file, settings.directory().resolve(MaintenanceMarker.REPAIR_SOURCE + suffix));
        }
        FirstPage.graft(repairSource, version, settings.directory());
        List<String> done = new ArrayList<>(List.of("the first page of the file was damaged; it was reconstructed"));
        try (Connection source = repairSource.openReader()) {
            done.addAll(new RowRecovery(source, target).copy());
        }
        return done;
    }

    private Report fix(Sqlite database, Quarantine quarantine, List<String> before, boolean rebuilt)
            throws IOException, SQLException, QueueUnavailableException {
        Duration longestWait = settings.longestWait();
        try (Connection connection = database.openWriter()) {
            database.upgrade(connection);
            Statements statements = MaintenanceStatements.on(connection);
            Reading now =
                    ClockTable.last(statements, SteadyClock.following(clock)).reading();
            RepairSteps steps = new RepairSteps(statements, quarantine, now, longestWait);
            steps.run();
            connection.commit();
            long open = Sqlite.number(connection, "SELECT count(*) FROM message WHERE due_at IS NOT NULL");
            connection.commit();
            Sqlite.emptyLog(connection);
            List<String> done = new ArrayList<>(before);
            done.addAll(steps.actions());
            return new Report(quarantine.folder(), rebuilt, done, steps.quarantined(), open);
        }
    }
}
