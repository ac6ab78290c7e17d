package org.o365relay.queue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.o365relay.queue.QueueUnavailableException.Reason;

/// A mark in the data directory: the files of the queue are being exchanged. They may not belong together, and no relay
/// may open them, until the command that made the mark has been run again and has ended.
final class MaintenanceMarker {

    static final String FILE = "queue.unfinished";

    private final Path directory;
    private final Path file;

    MaintenanceMarker(Path directory) {
        this.directory = directory;
        this.file = directory.resolve(FILE);
    }

    /// What was begun.
    ///
    /// @param command which, as it is called
    /// @param folder where the files are that were there before, below the data directory
    record Operation(String command, Path folder) {}

    /// @param folder below the data directory, which may be elsewhere when the mark is read
    void begin(String command, Path folder) throws IOException {
        Path fresh = file.resolveSibling(FILE + ".partial");
        Files.deleteIfExists(fresh);
        Path inside = directory.toAbsolutePath().relativize(folder.toAbsolutePath());
        DurableFiles.write(fresh, (command + "\n" + inside + "\n").getBytes(StandardCharsets.UTF_8));
        DurableFiles.move(fresh, file);
    }

    void end() throws IOException {
        DurableFiles.delete(file);
    }

    Optional<Operation> unfinished() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        String text = Files.readString(file);
        int end = text.indexOf('\n');
        return Optional.of(new Operation(
                text.substring(0, end),
                directory.resolve(text.substring(end + 1).strip())));
    }

    /// @throws QueueUnavailableException if something was begun and has not ended
    void requireFinished() throws IOException, QueueUnavailableException {
        requireFinishedExcept("");
    }

    /// @param command that may go on
    void requireFinishedExcept(String command) throws IOException, QueueUnavailableException {
        Optional<Operation> begun = unfinished();
        if (begun.isPresent() && !begun.get().command().equals(command)) {
            throw new QueueUnavailableException(
                    Reason.DAMAGED,
                    "\"o365-relay " + begun.get().command() + "\" was ended before it was through; run it again. What"
                            + " was there before is in " + begun.get().folder());
        }
    }
}
