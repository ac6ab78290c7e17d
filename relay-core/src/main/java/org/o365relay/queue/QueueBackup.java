package org.o365relay.queue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// Copies a queue as it is at one moment, whether a relay runs or not. Every message that was acknowledged before it
/// began is in the copy. Nobody is held up; but while it copies, the write-ahead log of a running relay cannot begin
/// anew and grows.
public final class QueueBackup {

    /// What is left of one that was killed, and is this old: the file grows all the time while one is made.
    private static final Duration LEFT = Duration.ofDays(1);

    private static final Pattern PARTIAL = Pattern.compile("\\.queue-\\d{8}-\\d{6}\\.db\\.partial(-journal)?");

    private final Path directory;
    private final InstantSource clock;

    /// @param directory the data directory
    public QueueBackup(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /// What was made.
    ///
    /// @param file one file, for its owner alone: it holds mail
    /// @param octets its size
    /// @param open messages in it that are not settled
    public record Result(Path file, long octets, long open) {}

    /// Makes `queue-YYYYMMDD-HHMMSS.db` (UTC), looks whether it is sound, and waits until the disk has it.
    ///
    /// @param folder an existing one
    /// @throws QueueUnavailableException with a message for the admin; there is no half file then
    public Result writeTo(Path folder) throws QueueUnavailableException {
        String name = "queue-" + Quarantine.name(clock.instant()) + ".db";
        Path file = folder.resolve(name);
        Path partial = folder.resolve("." + name + ".partial");
        if (Files.exists(file)) {
            throw failed(file, "there is one of this name", "wait a second");
        }
        try {
            deleteLeftovers(folder);
            DurableFiles.create(partial);
        } catch (IOException e) {
            throw failed(file, reason(e), "give an existing folder in which you may write");
        }
        try {
            long open = new OfflineQueue(directory).query(statements -> copy(statements, folder, partial));
            DurableFiles.sync(partial);
            DurableFiles.move(partial, file);
            return new Result(file, DurableFiles.size(file), open);
        } catch (IOException e) {
            throw failed(file, reason(e), "see that there is room");
        } catch (UncheckedIOException e) {
            throw failed(file, String.valueOf(e.getMessage()), "see that there is room");
        } finally {
            remove(partial);
        }
    }

    private void deleteLeftovers(Path folder) throws IOException {
        Instant limit = clock.instant().minus(LEFT);
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

    /// Done once more if a relay has started meanwhile.
    static long copy(Statements statements, Path folder, Path partial) throws SQLException {
        try {
            Files.write(partial, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Connection connection = statements.connection();
        connection.setAutoCommit(true);
        Sqlite.execute(
                connection, "PRAGMA query_only = OFF"); // it would forbid the other file, too; this one is read-only
        try (PreparedStatement copying = connection.prepareStatement("VACUUM INTO ?")) {
            copying.setString(1, partial.toAbsolutePath().toString());
            copying.executeUpdate();
        } catch (SQLException e) {
            if (Sqlite.isDamage(e)) {
                throw e;
            }
            throw notWritten(String.valueOf(e.getMessage()));
        }
        Sqlite made = new Sqlite(folder, partial.getFileName().toString());
        try (Connection look = made.connect()) {
            List<String> damages = Sqlite.integrity(look);
            if (!damages.isEmpty()) {
                throw notWritten("the copy is damaged: " + damages.getFirst());
            }
            return Sqlite.number(look, "SELECT count(*) FROM message WHERE due_at IS NOT NULL");
        }
    }

    /// The copy's trouble, and not that of the queue which is read.
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
        return e instanceof FileSystemException
                ? e.toString().replaceFirst("^[^:]*: ", "")
                : String.valueOf(e.getMessage());
    }

    private static QueueUnavailableException failed(Path file, String why, String advice) {
        return new QueueUnavailableException(
                Reason.UNUSABLE_DIRECTORY, "no backup " + file + " was made: " + why + "; " + advice);
    }
}
