package org.o365relay.queue;

import com.azure.json.JsonProviders;
import com.azure.json.JsonWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// A folder below the data directory with everything that a repair has found and could have spoiled: the files as they
/// were, and of each message that cannot be delivered what there is of its content (`ID.eml`) and all that is known of
/// it (`ID.json`).
final class Quarantine {

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    /// The kept files, on their way back.
    static final String COPIED = "queue-repair.partial";

    private final Path folder;

    Quarantine(Path folder) {
        this.folder = folder;
    }

    /// Makes a new folder.
    static Quarantine at(Path directory, Instant now) throws IOException {
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

    /// Keeps the files as they are.
    void copyFiles(Sqlite queue) throws IOException {
        for (Path file : queue.files()) {
            DurableFiles.copy(file, folder.resolve(file.getFileName()));
        }
        DurableFiles.syncDirectory(folder);
    }

    /// Puts the files back as they were. Nothing is deleted before a copy of all of them is on the disk.
    ///
    /// @throws QueueUnavailableException with a message for the admin if they are not there; nothing was
    ///     changed then
    void restoreFiles(Sqlite queue) throws IOException, QueueUnavailableException {
        Sqlite kept = new Sqlite(folder);
        if (!Files.exists(kept.file())) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "a repair was ended before it was through, and " + kept.file() + ", the queue as it was before,"
                            + " is not there; nothing was changed. Put the folder back in its place and run it again."
                            + " If it is lost, delete " + queue.file().resolveSibling(MaintenanceMarker.FILE)
                            + " and run it again: it then repairs what is there");
        }
        Sqlite copied = new Sqlite(DurableFiles.folder(queue.file()), COPIED);
        copied.delete();
        if (Files.exists(kept.log())) {
            DurableFiles.copy(kept.log(), copied.log());
        }
        DurableFiles.copy(kept.file(), copied.file());
        DurableFiles.syncDirectory(DurableFiles.folder(queue.file()));
        DurableFiles.delete(queue.index()); // SQLite makes it anew
        DurableFiles.delete(queue.log());
        DurableFiles.move(copied.file(), queue.file());
        if (Files.exists(copied.log())) {
            DurableFiles.move(copied.log(), queue.log());
        }
    }

    /// Writes down what there is of a message.
    ///
    /// @param content whose content it has
    void export(Statements statements, long id, long content, String why) throws IOException, SQLException {
        String name = id >= 0 ? new QueueId(id).toString() : "row" + id;
        Path text = folder.resolve(name + ".eml");
        Path known = folder.resolve(name + ".json");
        Files.deleteIfExists(text);
        Files.deleteIfExists(known);
        DurableFiles.create(text);
        String rest = why;
        try (OutputStream out = Files.newOutputStream(text)) {
            writeContent(statements, content, out);
        } catch (SQLException e) {
            statements.discardPrepared();
            rest = why + "; what follows of its content cannot be read: " + e.getMessage();
        }
        DurableFiles.create(known);
        try (JsonWriter json = JsonProviders.createWriter(Files.newBufferedWriter(known))) {
            json.writeStartObject().writeStringField("id", name).writeStringField("why", rest);
            write(json, "message", statements.with("message", id).executeQuery());
            write(json, "recipients", statements.with("recipients", id).executeQuery());
            write(json, "events", statements.with("all-events", id).executeQuery());
            json.writeEndObject();
        }
        DurableFiles.sync(text);
        DurableFiles.sync(known);
        DurableFiles.syncDirectory(folder);
    }

    private static void writeContent(Statements statements, long content, OutputStream out)
            throws IOException, SQLException {
        try (ResultSet row = statements.with("chunks", content).executeQuery()) {
            while (row.next()) {
                byte[] piece = row.getBytes("content");
                out.write(piece == null ? new byte[0] : piece);
            }
        }
    }

    /// Every column of every row, as it is in the table.
    private static void write(JsonWriter json, String name, ResultSet rows) throws IOException, SQLException {
        try (rows) {
            ResultSetMetaData columns = rows.getMetaData();
            json.writeStartArray(name);
            while (rows.next()) {
                json.writeStartObject();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    Object value = rows.getObject(i);
                    json.writeUntypedField(
                            columns.getColumnName(i),
                            value instanceof byte[] octets ? octets.length + " octets" : value);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        }
    }
}
