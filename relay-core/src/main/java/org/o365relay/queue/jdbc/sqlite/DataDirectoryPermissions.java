package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Restricts the permissions of the files in the data directory. The files contain mail, so only their owner
/// may read them, whatever the umask was when they were created.
public final class DataDirectoryPermissions {

    private static final Logger log = LoggerFactory.getLogger(DataDirectoryPermissions.class);

    private static final Set<PosixFilePermission> OWNER = EnumSet.of(
            PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private DataDirectoryPermissions() {}

    /// Removes all permissions of the group and of other users from the queue's files, the lock file, the spool
    /// and the copies of the queue with their folders. Logs a warning for each file whose permissions were
    /// changed or could not be changed, and one if every user can list the data directory. The directory
    /// itself is not changed: users of the control socket in it may need to enter it. Does not follow symbolic
    /// links, and opens no file.
    static void restrict(Path directory) throws IOException {
        warning(directory).ifPresent(log::warn);
        try (Stream<Path> files = Files.list(directory)) {
            files.filter(DataDirectoryPermissions::containsMail).forEach(DataDirectoryPermissions::restrictAll);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean containsMail(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith("queue")
                || name.equals(DirectoryLock.FILE)
                || List.of("quarantine", "replaced", SqliteFiles.RESCUED, "spool")
                        .contains(name);
    }

    /// @return a warning for the admin if every user can list the directory; empty if not, if the directory
    ///     does not exist, or if its permissions cannot be read
    public static Optional<String> warning(Path directory) {
        PosixFileAttributeView view = Files.getFileAttributeView(directory, PosixFileAttributeView.class);
        try {
            return view != null && view.readAttributes().permissions().contains(PosixFilePermission.OTHERS_READ)
                    ? Optional.of("every user can list the data directory " + directory + "; only the relay's user can"
                            + " read the files of the queue in it. To keep others out: chmod o= " + directory)
                    : Optional.empty();
        } catch (IOException unknown) {
            return Optional.empty();
        }
    }

    private static void restrictAll(Path file) {
        try (Stream<Path> all = Files.walk(file)) {
            all.forEach(DataDirectoryPermissions::restrictFile);
        } catch (IOException | UncheckedIOException e) {
            log.warn("{} may contain mail that other users can read: {}", file, e.getMessage());
        }
    }

    private static void restrictFile(Path file) {
        PosixFileAttributeView view =
                Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null || Files.isSymbolicLink(file)) {
            return;
        }
        try {
            Set<PosixFilePermission> permissions = EnumSet.copyOf(OWNER);
            Set<PosixFilePermission> present = view.readAttributes().permissions();
            permissions.retainAll(present);
            if (!permissions.equals(present)) {
                view.setPermissions(permissions);
                log.warn("{} was accessible to other users and is now accessible only to its owner", file);
            }
        } catch (IOException e) {
            log.warn("{} contains mail and is accessible to other users: {}", file, e.getMessage());
        }
    }
}
