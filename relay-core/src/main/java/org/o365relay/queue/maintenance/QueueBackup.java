package org.o365relay.queue.maintenance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.Statements;
import org.o365relay.queue.jdbc.sqlite.DurableFiles;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;
import org.o365relay.queue.jdbc.sqlite.Sqlite;

/// Makes a consistent copy of the queue, whether or not a relay is running. The copy contains every message
/// acknowledged before the backup began. A running relay is not delayed, but its write-ahead log cannot be
/// reset and grows until the backup is complete.
public final class QueueBackup {

    /// Age after which the next backup to the same folder deletes a partial file left by a killed backup.
    private static final Duration LEFTOVER_AGE = Duration.ofDays(1);

    private static final Pattern PARTIAL = Pattern.compile("\\.queue-\\d{8}-\\d{6}\\.db\\.partial(-journal)?");

    private final Path directory;
    private final InstantSource clock;

    /// @param directory the data directory
    public QueueBackup(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /// A completed backup.
    ///
    /// @param file the backup file; only its owner may read it, because it contains mail
    /// @param octets size of the file
    /// @param open number of open messages in the backup
    public record Result(Path file, long octets, long open) {}

    /// Writes the backup to `queue-YYYYMMDD-HHMMSS.db` (UTC), verifies it and syncs it.
    ///
    /// @param folder an existing folder
    /// @throws QueueUnavailableException if the backup fails, with a message for the admin; the partial file is
    ///     deleted if possible
    public Result writeTo(Path folder) throws QueueUnavailableException {
        String name = "queue-" + Quarantine.name(clock.instant()) + ".db";
        Path file = folder.resolve(name);
        Path partial = folder.resolve("." + name + ".partial");
        if (Files.exists(file)) {
            throw failed(file, "the file already exists", "run the command again");
        }
        try {
            deleteLeftovers(folder);
            DurableFiles.create(partial);
        } catch (IOException e) {
            throw failed(file, reason(e), "choose an existing, writable folder");
        }
        try {
            long open = new ReadOnlyQueue(directory).query(statements -> copy(statements, folder, partial));
            DurableFiles.sync(partial);
            DurableFiles.move(partial, file);
            return new Result(file, DurableFiles.size(file), open);
        } catch (IOException e) {
            throw failed(file, reason(e), "check the free space of the file system");
        } catch (UncheckedIOException e) {
            throw failed(file, String.valueOf(e.getMessage()), "check the free space of the file system");
        } finally {
            remove(partial);
        }
    }

    private void deleteLeftovers(Path folder) throws IOException {
        Instant limit = clock.instant().minus(LEFTOVER_AGE);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(QueueBackup::isPartial).toList()) {
                if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static boolean isPartial(Path file) {
        return PARTIAL.matcher(file.getFileName().toString()).matches();
    }

    /// Copies the queue into the partial file and verifies the copy. Empties the file first, because the copy
    /// is repeated if a relay starts while it is being made.
    ///
    /// @return number of open messages in the copy
    static long copy(Statements statements, Path folder, Path partial) throws SQLException {
        try {
            Files.write(partial, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Sqlite copy = new Sqlite(folder, partial.getFileName().toString());
        try {
            Sqlite.copy(statements.connection(), partial);
        } catch (SQLException e) {
            if (copy.isDamage(e)) {
                throw e;
            }
            throw notWritten(String.valueOf(e.getMessage()));
        }
        try (Connection reader = copy.connect()) {
            List<String> problems = Sqlite.integrity(reader);
            if (!problems.isEmpty()) {
                throw notWritten("the copy is damaged: " + problems.getFirst());
            }
            return Sqlite.number(reader, "SELECT count(*) FROM message WHERE due_at IS NOT NULL");
        }
    }

    /// Creates an exception for a failure to write the copy, as opposed to a failure to read the queue.
    private static UncheckedIOException notWritten(String why) {
        return new UncheckedIOException(why, new IOException(why));
    }

    private static void remove(Path partial) throws QueueUnavailableException {
        try {
            Files.deleteIfExists(partial);
            Files.deleteIfExists(partial.resolveSibling(partial.getFileName() + "-journal"));
        } catch (IOException e) {
            throw failed(partial, reason(e), "delete it");
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> missing.getFile() + " does not exist";
            case AccessDeniedException denied -> "permission denied for " + denied.getFile();
            case FileSystemException other -> other.toString().replaceFirst("^[^:]*: ", "");
            default -> String.valueOf(e.getMessage());
        };
    }

    private static QueueUnavailableException failed(Path file, String why, String advice) {
        return new QueueUnavailableException(
                Reason.UNUSABLE_DIRECTORY, "the backup " + file + " could not be written: " + why + "; " + advice);
    }
}
