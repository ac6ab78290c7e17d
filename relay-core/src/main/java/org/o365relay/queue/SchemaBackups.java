package org.o365relay.queue;

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
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The queue as it was before a newer relay changed its tables, kept beside it for a while: `queue-schema-3.db` has
/// the tables of version 3, and everything that was in them.
///
/// Made while nobody has the queue open: what the log holds is moved into the database, and its file copied as it is,
/// with any damage there may be.
final class SchemaBackups {

    /// How long a copy is kept. It holds mail.
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

    /// Keeps a copy if the queue is one of an older version. A new queue has none.
    ///
    /// @throws QueueUnavailableException if there is no room for it; nothing was changed then
    void backUpBeforeUpgrade(Sqlite sqlite) throws SQLException, QueueUnavailableException {
        try {
            Files.deleteIfExists(unfinished());
            long version = DurableFiles.size(sqlite.file()) == 0 ? 0 : versionAtRest(sqlite);
            if (version > 0 && version < Sqlite.SCHEMA_VERSION) {
                backUp(sqlite, version);
            }
        } catch (IOException e) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "no copy of the queue " + sqlite.file() + " can be kept before it is brought up to date: "
                            + e.getMessage() + "; nothing was changed");
        }
    }

    /// @return the version of the tables. If it is an older one, the database has no log any more
    private static long versionAtRest(Sqlite sqlite) throws SQLException, QueueUnavailableException {
        long version;
        try (Connection connection = sqlite.connect()) {
            version = sqlite.version(connection);
            if (version > 0 && version < Sqlite.SCHEMA_VERSION) {
                Sqlite.number(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
            }
        }
        if (version < Sqlite.SCHEMA_VERSION && sqlite.hasLog()) {
            throw new QueueUnavailableException(
                    Reason.UNUSABLE_DIRECTORY,
                    "the queue " + sqlite.file() + " must be brought up to date, and another program has it open; end"
                            + " that program. Nothing was changed");
        }
        return version;
    }

    private void backUp(Sqlite sqlite, long version) throws IOException, QueueUnavailableException {
        long size = DurableFiles.size(sqlite.file());
        long needed = size + size / 4 + MIB; // new indexes, and the log while they are made
        long free = space.usable();
        if (free < needed) {
            throw tooLittleRoom(sqlite, needed, free);
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
                "the queue has tables of version {}; a copy of it is kept for {} days as {}{}{}, and it is brought up"
                        + " to version {}",
                version,
                RETENTION.toDays(),
                PREFIX,
                version,
                SUFFIX,
                Sqlite.SCHEMA_VERSION);
    }

    private static QueueUnavailableException tooLittleRoom(Sqlite sqlite, long needed, long free) {
        return new QueueUnavailableException(
                Reason.UNUSABLE_DIRECTORY,
                "the queue " + sqlite.file() + " must be brought up to date, and a copy of it is kept before: that"
                        + " needs " + mebibytes(needed) + " MiB, and " + free / MIB + " MiB are free. Make room, or"
                        + " start the older o365-relay again; nothing was changed");
    }

    /// Deletes copies that are old enough. They hold mail.
    void deleteExpired() {
        Instant limit = clock.instant().minus(RETENTION);
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> copies = files.filter(SchemaBackups::isCopy).toList();
            for (Path copy : copies) {
                if (Files.getLastModifiedTime(copy).toInstant().isBefore(limit)) {
                    Files.delete(copy);
                    log.info("{}, the queue as it was before an upgrade, is old and was deleted", copy);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            log.warn("old copies of the queue in {} could not be deleted: {}", directory, e.getMessage());
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
