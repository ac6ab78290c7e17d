package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Set;

/// Creates, copies, moves and deletes files, and syncs the changes to disk. The files contain mail, so only the
/// owner may read them.
///
/// Must not be used for files that SQLite has open in this process: the system releases a process's locks on a
/// file when the process closes any channel to it.
public final class DurableFiles {

    private static final boolean HAS_PERMISSIONS =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private DurableFiles() {}

    /// Creates an empty file without syncing it.
    public static void create(Path file) throws IOException {
        Files.createFile(file, permissions("rw-------"));
    }

    /// Creates the file of a database if it does not exist, because SQLite would create it with the permissions
    /// that the umask allows. SQLite creates the log and its index with the permissions of the database.
    static void createForDatabase(Path file) throws SQLException {
        try {
            if (!Files.exists(file)) {
                create(file);
            }
        } catch (IOException e) {
            throw new SQLException("cannot create " + file + ": " + e.getMessage(), e);
        }
    }

    /// Creates a directory and its parents, and syncs their directory entries.
    public static void createDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = parentDirectory(directory);
        createDirectories(parent);
        Files.createDirectory(directory, permissions("rwx------"));
        syncDirectory(parent);
    }

    /// Copies a file to a new file, and syncs the content but not the directory.
    public static void copy(Path from, Path to) throws IOException {
        try (FileChannel source = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel target = FileChannel.open(
                        to,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        permissions("rw-------"))) {
            long size = source.size();
            long done = 0;
            while (done < size) {
                done += source.transferTo(done, size - done, target);
            }
            target.force(true);
        }
    }

    /// Writes a new file, and syncs the content but not the directory.
    static void write(Path file, byte[] content) throws IOException {
        create(file);
        Files.write(file, content);
        sync(file);
    }

    /// Renames a file atomically, replacing an existing one, and syncs the target directory.
    public static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        syncDirectory(parentDirectory(to));
    }

    public static void delete(Path file) throws IOException {
        if (Files.deleteIfExists(file)) {
            syncDirectory(parentDirectory(file));
        }
    }

    public static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    public static void syncDirectory(Path directory) throws IOException {
        if (HAS_PERMISSIONS) { // on systems without POSIX permissions, a directory cannot be opened and needs no sync
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    public static Path parentDirectory(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent(), "the file has no parent directory");
    }

    /// @return size of the file in bytes; 0 if the file does not exist
    public static long size(Path file) {
        return file.toFile().length();
    }

    /// @return attributes that create a file or directory with these permissions; empty on systems without
    ///     POSIX permissions
    static FileAttribute<?>[] permissions(String posix) {
        return HAS_PERMISSIONS
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(posix))}
                : new FileAttribute<?>[0];
    }
}
