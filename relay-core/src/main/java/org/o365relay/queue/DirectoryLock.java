package org.o365relay.queue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a second relay out of the data directory. Held by the operating system, so a killed relay leaves none
/// behind.
final class DirectoryLock {

    private static final Logger log = LoggerFactory.getLogger(DirectoryLock.class);
    private static final String FILE = "relay.lock";

    private final FileChannel channel;

    private DirectoryLock(FileChannel channel) {
        this.channel = channel;
    }

    static DirectoryLock acquire(Path directory) throws QueueUnavailableException {
        Path file = directory.resolve(FILE);
        try {
            Files.createDirectories(directory);
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            if (tryLock(channel) == null) {
                channel.close();
                throw new QueueUnavailableException(
                        Reason.IN_USE,
                        "data directory " + directory + " is in use by another running relay" + ownerOf(file)
                                + "; stop that one, or give this one a data-directory of its own");
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
            return new DirectoryLock(channel);
        } catch (IOException e) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "data directory " + directory + " cannot be used: " + reason(e)
                            + "; it must exist, or be creatable, and belong to the user that runs the relay ("
                            + System.getProperty("user.name") + ")");
        }
    }

    void release() {
        try {
            channel.close();
        } catch (IOException e) {
            log.warn("the lock on the data directory was not released: {}", e.toString());
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException heldByThisProcess) {
            return null;
        }
    }

    private static String ownerOf(Path file) throws IOException {
        String pid = Files.readString(file).strip();
        return pid.isEmpty() ? "" : " (process " + pid + ")";
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied for " + denied.getFile();
            case FileAlreadyExistsException exists -> exists.getFile() + " is not a directory";
            case FileSystemException other -> other.getReason() == null ? other.toString() : other.getReason();
            default -> e.toString();
        };
    }
}
