package org.o365relay.queue.maintenance;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.json.Json;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.Statements;
import org.o365relay.queue.jdbc.sqlite.DurableFiles;
import org.o365relay.queue.jdbc.sqlite.MaintenanceMarker;
import org.o365relay.queue.jdbc.sqlite.Sqlite;

/// A folder below the data directory in which a repair saves data: copies of the queue's files, made before any
/// change, and the content as far as it is readable (`ID.eml`) and the rows (`ID.json`) of each message that
/// cannot be delivered or whose row is missing.
final class Quarantine {

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final Path folder;

    Quarantine(Path folder) {
        this.folder = folder;
    }

    /// Creates a folder named after the time, in UTC.
    static Quarantine create(Path directory, Instant now) throws IOException {
        Path folder = directory.resolve("quarantine").resolve(name(now));
        DurableFiles.createDirectories(folder);
        return new Quarantine(folder);
    }

    static String name(Instant now) {
        return NAME.format(now);
    }

    Path folder() {
        return folder;
    }

    /// Copies the queue's files into the folder.
    void copyFiles(Sqlite queue) throws IOException {
        for (Path file : queue.files()) {
            DurableFiles.copy(file, folder.resolve(file.getFileName()));
        }
        DurableFiles.syncDirectory(folder);
    }

    /// Restores the database and its log from the copies. Deletes no file of the queue until the copies have
    /// been copied back under temporary names and synced.
    ///
    /// @throws QueueUnavailableException if there is no copy of the database, with a message for the admin;
    ///     nothing has been changed in that case
    void restoreFiles(Sqlite queue) throws IOException, QueueUnavailableException {
        Sqlite saved = new Sqlite(folder);
        if (!Files.exists(saved.file())) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "a repair was interrupted, and its copy of the queue, " + saved.file()
                            + ", does not exist; nothing was changed. Put the folder back and repeat the repair."
                            + " If the folder is lost, delete " + queue.file().resolveSibling(MaintenanceMarker.FILE)
                            + " and repeat the repair: it then works on the current files");
        }
        Sqlite copied = new Sqlite(DurableFiles.parentDirectory(queue.file()), MaintenanceMarker.REPAIR_ROLLBACK);
        copied.delete();
        if (Files.exists(saved.log())) {
            DurableFiles.copy(saved.log(), copied.log());
        }
        DurableFiles.copy(saved.file(), copied.file());
        DurableFiles.syncDirectory(DurableFiles.parentDirectory(queue.file()));
        DurableFiles.delete(queue.index()); // SQLite recreates the index when the database is opened
        DurableFiles.delete(queue.log());
        DurableFiles.move(copied.file(), queue.file());
        if (Files.exists(copied.log())) {
            DurableFiles.move(copied.log(), queue.log());
        }
    }

    /// Exports the readable parts of a message.
    ///
    /// @param content ID under which the content of the message is stored
    /// @param why reason for the export
    void export(Statements statements, long id, long content, String why) throws IOException, SQLException {
        String name = id >= 0 ? new QueueId(id).toString() : "row" + id;
        Path message = folder.resolve(name + ".eml");
        Path metadata = folder.resolve(name + ".json");
        Files.deleteIfExists(message);
        Files.deleteIfExists(metadata);
        DurableFiles.create(message);
        String reason = why;
        try (OutputStream out = Files.newOutputStream(message)) {
            writeContent(statements, content, out);
        } catch (SQLException e) {
            statements.discardPrepared();
            reason = why + "; the rest of its content cannot be read: " + e.getMessage();
        }
        Metadata rows = new Metadata(
                name,
                reason,
                rows(statements.with("message", id)),
                rows(statements.with("recipients", id)),
                rows(statements.with("all-events", id)));
        DurableFiles.create(metadata);
        Files.writeString(metadata, Json.text(rows));
        DurableFiles.sync(message);
        DurableFiles.sync(metadata);
        DurableFiles.syncDirectory(folder);
    }

    private static void writeContent(Statements statements, long content, OutputStream out)
            throws IOException, SQLException {
        try (ResultSet row = statements.with("chunks", content).executeQuery()) {
            while (row.next()) {
                byte[] chunk = row.getBytes("content");
                out.write(chunk == null ? new byte[0] : chunk);
            }
        }
    }

    /// The rows of a message. Each row is a map from column names to values, in the order of the columns.
    private record Metadata(
            String id,
            String why,
            List<Map<String, @Nullable Object>> message,
            List<Map<String, @Nullable Object>> recipients,
            List<Map<String, @Nullable Object>> events) {}

    private static List<Map<String, @Nullable Object>> rows(PreparedStatement query) throws SQLException {
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        try (ResultSet result = query.executeQuery()) {
            ResultSetMetaData columns = result.getMetaData();
            while (result.next()) {
                Map<String, @Nullable Object> row = new LinkedHashMap<>();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    Object value = result.getObject(i);
                    row.put(
                            columns.getColumnName(i),
                            value instanceof byte[] octets ? octets.length + " octets" : value);
                }
                rows.add(row);
            }
        }
        return rows;
    }
}
