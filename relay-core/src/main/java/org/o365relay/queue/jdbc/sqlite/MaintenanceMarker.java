package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// A file in the data directory that exists while a command is replacing the files of the queue. If the command
/// is killed, the files may be inconsistent with each other, and no relay opens them until the command has been
/// run again and has either completed the replacement or undone it.
public final class MaintenanceMarker {

    public static final String FILE = "queue.unfinished";

    // names of temporary databases
    public static final String REPAIRED = "queue-repair.db";
    public static final String REPAIR_SOURCE = "queue-repair-source.db";
    public static final String REPAIR_ROLLBACK = "queue-repair.partial";
    public static final String RESTORED = "queue-restore.db";

    private final Path directory;
    private final Path file;

    public MaintenanceMarker(Path directory) {
        this.directory = directory;
        this.file = directory.resolve(FILE);
    }

    /// A command that is in progress or was killed.
    ///
    /// @param command the command without the program name, such as `restore` or `queue verify --repair`
    /// @param folder the folder below the data directory to which the previous files are moved or copied
    public record Operation(String command, Path folder) {}

    /// @param folder a folder below the data directory; its path is stored relative to the data directory, so
    ///     that the data directory can be moved
    public void begin(String command, Path folder) throws IOException {
        Path partial = file.resolveSibling(FILE + ".partial");
        Files.deleteIfExists(partial);
        Path relative = directory.toAbsolutePath().relativize(folder.toAbsolutePath());
        DurableFiles.write(partial, (command + "\n" + relative + "\n").getBytes(StandardCharsets.UTF_8));
        DurableFiles.move(partial, file);
    }

    public void end() throws IOException {
        DurableFiles.delete(file);
    }

    /// Deletes the temporary databases left by a repair or restore that was killed. Must not be called while a
    /// marker exists.
    public static void deleteTemporaryDatabases(Path directory) throws IOException {
        for (String name : List.of(REPAIRED, REPAIR_SOURCE, REPAIR_ROLLBACK, RESTORED)) {
            new Sqlite(directory, name).delete();
        }
    }

    public Optional<Operation> unfinished() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file);
        int end = text.indexOf('\n');
        return Optional.of(new Operation(
                text.substring(0, end),
                directory.resolve(text.substring(end + 1).strip())));
    }

    /// @throws QueueUnavailableException if a command has not completed
    void requireFinished() throws IOException, QueueUnavailableException {
        requireFinishedExcept("");
    }

    /// @param command the calling command; it may be unfinished, because it is being run again
    /// @throws QueueUnavailableException if another command has not completed
    public void requireFinishedExcept(String command) throws IOException, QueueUnavailableException {
        Optional<Operation> operation = unfinished();
        if (operation.isPresent() && !operation.get().command().equals(command)) {
            throw new QueueUnavailableException(
                    Reason.DAMAGED,
                    "\"o365-relay " + operation.get().command() + "\" was interrupted; run it again. The previous files"
                            + " are in " + operation.get().folder());
        }
    }
}
