package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Locks the data directory, so that only one relay, repair or restore at a time can use it. The operating
/// system releases the lock when the process ends.
public final class DirectoryLock {

    private static final Logger log = LoggerFactory.getLogger(DirectoryLock.class);
    static final String FILE = "relay.lock";

    private static final Path LOCKS = Path.of("/proc/locks");

    /// Directories locked by this process. The system releases a process's lock on a file when the process
    /// closes any channel to it, so a second channel must not even be opened.
    private static final Set<Path> LOCKED_BY_THIS_PROCESS = ConcurrentHashMap.newKeySet();

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    public static DirectoryLock acquire(Path directory) throws QueueUnavailableException {
        try {
            Files.createDirectories(directory, DurableFiles.permissions("rwx------"));
            Path realPath = directory.toRealPath();
            if (!LOCKED_BY_THIS_PROCESS.add(realPath)) {
                throw inUse(directory, Long.toString(ProcessHandle.current().pid()));
            }
            try {
                return new DirectoryLock(realPath, lock(directory));
            } catch (IOException | QueueUnavailableException e) {
                LOCKED_BY_THIS_PROCESS.remove(realPath);
                throw e;
            }
        } catch (IOException e) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "data directory " + directory + " cannot be used: " + reason(e)
                            + "; it must exist, or be creatable, and belong to the user that runs the relay ("
                            + System.getProperty("user.name") + ")");
        }
    }

    /// Reads the system's table of locks, because an attempt to acquire the lock could prevent a relay from
    /// starting.
    ///
    /// @return ID of the process that holds a lock on the file; empty if no process holds one, if that process
    ///     is not visible to this one, or if the file or the table cannot be read
    static OptionalLong holder(Path file) {
        try {
            long device = ((Number) Files.getAttribute(file, "unix:dev")).longValue();
            long number = ((Number) Files.getAttribute(file, "unix:ino")).longValue();
            long major = ((device >> 8) & 0xfff) | ((device >> 32) & ~0xfffL); // makedev(3)
            long minor = (device & 0xff) | ((device >> 12) & ~0xffL);
            String held = "%02x:%02x:%d".formatted(major, minor, number);
            // proc_locks(5): "1: POSIX ADVISORY WRITE 4711 fd:01:123456 0 EOF"
            return Files.readAllLines(LOCKS).stream()
                    .map(line -> line.strip().split(" +", -1))
                    .filter(words -> words.length > 5 && words[1].equals("POSIX") && words[5].equals(held))
                    .mapToLong(words -> Long.parseLong(words[4]))
                    .findFirst();
        } catch (IOException | UnsupportedOperationException unknown) {
            return OptionalLong.empty();
        }
    }

    public void release() {
        try {
            channel.close();
        } catch (IOException e) {
            log.warn("the lock on the data directory was not released: {}", e.toString());
        } finally {
            LOCKED_BY_THIS_PROCESS.remove(directory);
        }
    }

    private static FileChannel lock(Path directory) throws IOException, QueueUnavailableException {
        Path file = directory.resolve(FILE);
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                DurableFiles.permissions("rw-------"));
        if (channel.tryLock() == null) {
            channel.close();
            throw inUse(directory, Files.readString(file).strip());
        }
        channel.truncate(0);
        String pid = Long.toString(ProcessHandle.current().pid());
        try {
            channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException e) { // a full disk; the lock holds without the ID, which is only for error messages
            log.warn("the process id could not be written to {}: {}", file, e.getMessage());
        }
        return channel;
    }

    private static QueueUnavailableException inUse(Path directory, String pid) {
        return new QueueUnavailableException(
                Reason.IN_USE,
                "data directory " + directory + " is in use by another running relay"
                        + (pid.isEmpty() ? "" : " (process " + pid + ")")
                        + "; stop it, or configure another data-directory");
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied for " + denied.getFile();
            case FileAlreadyExistsException exists -> exists.getFile() + " is not a directory";
            case NoSuchFileException missing -> missing.getFile() + " cannot be created";
            case FileSystemException other -> String.valueOf(other.getMessage());
            default -> e.toString();
        };
    }
}
