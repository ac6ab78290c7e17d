package org.o365relay.queue.jdbc.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.FreeSpace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Copies the queue before an upgrade changes its tables: for example, `queue-schema-3.db` is a complete copy
/// of a queue with schema version 3. Copies are deleted after 30 days.
///
/// The write-ahead log is first checkpointed into the database. Then the file is copied as it is, without a
/// check for damage.
final class SchemaBackups {

    /// How long a copy is kept; limited because the copy contains mail.
    static final Duration RETENTION = Duration.ofDays(30);

    private static final Logger log = LoggerFactory.getLogger(SchemaBackups.class);
    private static final String PREFIX = "queue-schema-";
    private static final String SUFFIX = ".db";
    private static final long MIB = 1024L * 1024;

    private final Path directory;
    private final InstantSource clock;
    private final FreeSpace.Space space;

    SchemaBackups(Path directory, InstantSource clock) {
        this(directory, clock, () -> Files.getFileStore(directory).getUsableSpace());
    }

    SchemaBackups(Path directory, InstantSource clock, FreeSpace.Space space) {
        this.directory = directory;
        this.clock = clock;
        this.space = space;
    }

    /// Copies a queue that has an older schema version. Does nothing if the queue is new or has the current
    /// version.
    ///
    /// @throws QueueUnavailableException if a newer relay wrote the queue, or if the queue cannot be copied,
    ///     for example because there is not enough free space; the content of the queue is not changed
    void backUpBeforeUpgrade(Sqlite sqlite) throws SQLException, QueueUnavailableException {
        try {
            Files.deleteIfExists(unfinished());
            long version = DurableFiles.size(sqlite.file()) == 0 ? 0 : versionAfterCheckpoint(sqlite);
            if (version > 0 && version < Schema.VERSION) {
                backUp(sqlite, version);
            }
        } catch (IOException e) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "the queue " + sqlite.file() + " must be copied before it is upgraded, but the copy failed: "
                            + e.getMessage() + "; nothing was changed");
        }
    }

    /// Checkpoints and truncates the write-ahead log if the schema version is older than the current one.
    ///
    /// @return the schema version
    /// @throws QueueUnavailableException if a newer relay wrote the queue, or if another program has the queue
    ///     open and part of the log remains
    private static long versionAfterCheckpoint(Sqlite sqlite) throws SQLException, QueueUnavailableException {
        long version;
        try (Connection connection = sqlite.connect()) {
            version = sqlite.version(connection);
            if (version > 0 && version < Schema.VERSION) {
                Sqlite.emptyLog(connection);
            }
        }
        if (version < Schema.VERSION && sqlite.hasLog()) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "the queue " + sqlite.file() + " must be upgraded, but another program has it open; close that"
                            + " program and start the relay again. Nothing was changed");
        }
        return version;
    }

    private void backUp(Sqlite sqlite, long version) throws IOException, QueueUnavailableException {
        long size = DurableFiles.size(sqlite.file());
        long needed = size + size / 4 + MIB; // an additional quarter for new indexes and the log of the upgrade
        long free = space.usable();
        if (free < needed) {
            throw notEnoughSpace(sqlite, needed, free);
        }
        try {
            DurableFiles.copy(sqlite.file(), unfinished());
            Files.setLastModifiedTime(unfinished(), FileTime.from(clock.instant()));
            DurableFiles.move(unfinished(), directory.resolve(PREFIX + version + SUFFIX));
        } catch (IOException e) {
            Files.deleteIfExists(unfinished());
            throw e;
        }
        log.info(
                "the queue has schema version {}; it is copied to {}{}{}, which is kept for {} days, and upgraded to"
                        + " version {}",
                version,
                PREFIX,
                version,
                SUFFIX,
                RETENTION.toDays(),
                Schema.VERSION);
    }

    private static QueueUnavailableException notEnoughSpace(Sqlite sqlite, long needed, long free) {
        return new QueueUnavailableException(
                Reason.UNUSABLE_DIRECTORY,
                "the queue " + sqlite.file() + " must be copied before it is upgraded: the copy needs "
                        + mebibytes(needed) + " MiB, but only " + free / MIB
                        + " MiB are free. Free some space, or start"
                        + " the older o365-relay again; nothing was changed");
    }

    /// Deletes expired copies.
    void deleteExpired() {
        Instant limit = clock.instant().minus(RETENTION);
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> copies = files.filter(SchemaBackups::isCopy).toList();
            for (Path copy : copies) {
                if (Files.getLastModifiedTime(copy).toInstant().isBefore(limit)) {
                    Files.delete(copy);
                    log.info("{}, a copy of the queue from before an upgrade, has expired and was deleted", copy);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            log.warn(
                    "expired copies of the queue in {} could not be deleted, trying again later: {}",
                    directory,
                    e.getMessage());
        }
    }

    private static boolean isCopy(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
    }

    private Path unfinished() {
        return directory.resolve("queue-schema.partial");
    }

    private static long mebibytes(long octets) {
        return (octets + MIB - 1) / MIB;
    }
}
