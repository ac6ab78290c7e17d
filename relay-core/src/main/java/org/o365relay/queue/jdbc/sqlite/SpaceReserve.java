package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A file that reserves the disk space that startup needs: after a clean shutdown, SQLite has to create the WAL
/// index (`-shm`), and without it the queue cannot even be read. On a full disk, startup deletes the file; the
/// next shutdown deletes the WAL index, and creates the file in its place.
final class SpaceReserve {

    static final String FILE = "queue.reserve";

    /// In bytes: the WAL index of an empty log takes 32 KiB.
    private static final int SIZE = 64 * 1024;

    private static final Logger log = LoggerFactory.getLogger(SpaceReserve.class);

    private final Path file;

    SpaceReserve(Path directory) {
        this.file = directory.resolve(FILE);
    }

    /// Creates the file if it does not exist or is incomplete. If there is no space, there is no file.
    void create() {
        if (DurableFiles.size(file) == SIZE) {
            return;
        }
        try {
            Files.deleteIfExists(file);
            DurableFiles.write(file, new byte[SIZE]);
        } catch (IOException e) {
            log.debug("no space can be reserved for the next startup: {}", e.getMessage());
            release();
        }
    }

    /// @return whether there was a file, whose space is free now
    boolean release() {
        try {
            return Files.deleteIfExists(file);
        } catch (IOException e) {
            log.debug("the reserved space cannot be freed: {}", e.getMessage());
            return false;
        }
    }
}
