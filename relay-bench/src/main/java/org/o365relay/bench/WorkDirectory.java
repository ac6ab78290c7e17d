package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The directory for the queues and logs of one run, deleted at the end of the run.
record WorkDirectory(Path directory) implements AutoCloseable {

    /// Creates the work directory in the given parent directory, and thereby on the disk to be measured.
    static WorkDirectory under(Path parent) throws IOException {
        return new WorkDirectory(Files.createTempDirectory(Files.createDirectories(parent), "o365-relay-bench"));
    }

    /// Creates an empty subdirectory that servers can access after they switch to another user.
    Path newSubdirectory() throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        return Files.createDirectory(directory.resolve(Integer.toString(count())));
    }

    @Override
    public void close() throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> paths = Files.walk(directory)) {
            deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.delete(path);
        }
    }

    private int count() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return Math.toIntExact(entries.count());
        }
    }
}
