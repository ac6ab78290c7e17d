package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.QueueFailure;
import org.o365relay.queue.QueueFailure.Kind;
import org.o365relay.queue.jdbc.Dialect;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The database file and the write-ahead log of the open queue, identified by device and inode. While they are
/// open, no other file can have the same inode. Never opens them: closing a file releases SQLite's locks on it.
///
/// Copies of a lost queue are in `rescued/` in the data directory.
final class SqliteFiles implements Dialect.OpenFiles {

    static final String RESCUED = "rescued";

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("'queue-'yyyyMMdd-HHmmss'.db'").withZone(ZoneOffset.UTC);

    private static final Logger log = LoggerFactory.getLogger(SqliteFiles.class);

    private final Path directory;

    /// The identity of each file; null on systems without inodes, where only existence is checked.
    private final Map<Path, @Nullable Object> identities = new TreeMap<>();

    SqliteFiles(Sqlite database) throws IOException {
        this.directory = DurableFiles.parentDirectory(database.file());
        identities.put(database.file(), identity(database.file()));
        identities.put(database.log(), identity(database.log()));
    }

    /// Logs a warning for each copy that has not been deleted yet.
    static void warnAboutRescued(Path directory) throws IOException {
        Path folder = directory.resolve(RESCUED);
        if (Files.isDirectory(folder)) {
            try (Stream<Path> copies = Files.list(folder)) {
                copies.filter(copy -> copy.toString().endsWith(".db"))
                        .forEach(copy -> log.warn(
                                "{} is a copy of a queue whose files were lost; it may contain mail that was not"
                                        + " delivered. Stop the relay and run \"o365-relay restore {}\" (with --replace if"
                                        + " there is a queue), then delete the copy",
                                copy,
                                copy));
            }
        }
    }

    private static @Nullable Object identity(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    @Override
    public Optional<QueueFailure> failure() {
        for (Map.Entry<Path, @Nullable Object> file : identities.entrySet()) {
            try {
                if (!Objects.equals(identity(file.getKey()), file.getValue())) {
                    return Optional.of(
                            new QueueFailure(Kind.LOST, file.getKey() + " is not the file that the relay has open"));
                }
            } catch (IOException e) {
                return Optional.of(new QueueFailure(
                        Kind.LOST, file.getKey() + " was deleted or moved, but the relay still has it open"));
            }
        }
        return identities.keySet().stream()
                .filter(file -> !Files.isWritable(file))
                .findFirst()
                .map(file -> new QueueFailure(
                        Kind.READ_ONLY,
                        file + " is not writable: the file system is mounted read-only, or the file belongs to another"
                                + " user"));
    }

    @Override
    public Path rescue(Connection reader, Instant now) throws IOException, SQLException {
        Path folder = directory.resolve(RESCUED);
        DurableFiles.createDirectories(folder);
        Path copy = folder.resolve(NAME.format(now));
        Path partial = folder.resolve(copy.getFileName() + ".partial");
        try {
            Files.deleteIfExists(partial);
            DurableFiles.create(partial);
            try {
                Sqlite.copy(reader, partial);
            } finally {
                Sqlite.execute(reader, "PRAGMA query_only = ON");
            }
            DurableFiles.sync(partial);
            DurableFiles.move(partial, copy);
            return copy;
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    @Override
    public void discard(Path copy) throws IOException {
        DurableFiles.delete(copy);
    }
}
