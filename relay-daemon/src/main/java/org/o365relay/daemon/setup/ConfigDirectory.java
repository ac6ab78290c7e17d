package org.o365relay.daemon.setup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;

/// The configuration directory. A new file appears under its name only when it is complete. An existing file
/// that is not empty is kept with the suffix `.bak` when it is replaced.
final class ConfigDirectory {

    /// Who may read a file.
    enum Readers {
        OWNER("rw-------"),
        ALL("rw-r--r--");

        private final String mode;

        Readers(String mode) {
            this.mode = mode;
        }
    }

    private final Path directory;
    private final boolean force;

    /// @param force whether existing files may be replaced
    ConfigDirectory(Path directory, boolean force) {
        this.directory = directory;
        this.force = force;
    }

    Path path(String name) {
        return directory.resolve(name);
    }

    /// @return whether the file exists and is not empty
    boolean hasContent(String name) throws IOException {
        return Files.exists(path(name)) && Files.size(path(name)) > 0;
    }

    boolean contains(String name, String text) throws IOException {
        return hasContent(name) && Arrays.equals(Files.readAllBytes(path(name)), text.getBytes(StandardCharsets.UTF_8));
    }

    /// Creates the directory if it is missing.
    ///
    /// @throws FileAlreadyExistsException if one of the files exists and is not empty, and existing files must
    ///     not be replaced
    void prepare(List<String> names) throws IOException {
        Files.createDirectories(directory);
        for (String name : names) {
            if (!force && hasContent(name)) {
                throw new FileAlreadyExistsException(path(name).toString());
            }
        }
    }

    void write(String name, String text, Readers readers) throws IOException {
        Path fresh = Files.createTempFile(directory, ".setup", ".part", ownerOnly());
        try {
            Files.writeString(fresh, text, StandardCharsets.UTF_8);
            put(fresh, name, readers);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    /// Sets the permissions of a complete file and moves the file into this directory, which must be on the
    /// same file system.
    void put(Path fresh, String name, Readers readers) throws IOException {
        restrict(fresh, readers);
        if (hasContent(name)) {
            Files.copy(
                    path(name),
                    path(name + ".bak"),
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.COPY_ATTRIBUTES); // not moved, so that a file of this name always exists
        }
        Files.move(fresh, path(name), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Creates a temporary directory in this directory, accessible only to the owner.
    Path temporaryDirectory() throws IOException {
        return Files.createTempDirectory(directory, ".setup");
    }

    private static void restrict(Path file, Readers readers) throws IOException {
        if (isPosix()) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(readers.mode));
        }
    }

    private static FileAttribute<?>[] ownerOnly() {
        return isPosix()
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(Readers.OWNER.mode))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean isPosix() {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    }
}
