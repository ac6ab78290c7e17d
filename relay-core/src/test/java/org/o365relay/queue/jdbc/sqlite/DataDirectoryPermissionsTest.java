package org.o365relay.queue.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.queue.jdbc.QueueFixture;

/// Who can read the files of the queue in a data directory that every user can enter.
@Timeout(60)
class DataDirectoryPermissionsTest {

    @Test
    void newFilesAreAccessibleOnlyToTheirOwnerWhateverTheUmask(@TempDir Path directory) throws Exception {
        openToAll(directory);
        try (QueueFixture fixture = new QueueFixture(directory)) {
            fixture.accept("mail", ANNA);
            assertThat(accessible(directory)).isEmpty();
            assertThat(directory.resolve("queue.db-wal")).exists();
        }
    }

    @Test
    void existingFilesAreRestricted(@TempDir Path directory) throws Exception {
        openToAll(directory);
        Path quarantine = Files.createDirectories(directory.resolve("quarantine/20260301-080000"));
        Files.createDirectory(directory.resolve("replaced"));
        for (String name : List.of("queue.db", "relay.lock", "queue-schema-3.db", "replaced/queue.db")) {
            Files.createFile(directory.resolve(name));
        }
        Files.writeString(quarantine.resolve("ID.eml"), "mail");
        Path target = Files.createFile(directory.resolveSibling(directory.getFileName() + "-other"));
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.createSymbolicLink(quarantine.resolve("link"), target);
        Files.writeString(directory.resolve("unrelated"), "not of the relay");
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path file : all.filter(file -> !Files.isSymbolicLink(file)).toList()) {
                Files.setPosixFilePermissions(
                        file, PosixFilePermissions.fromString(Files.isDirectory(file) ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
        try (QueueFixture fixture = new QueueFixture(directory)) {
            fixture.accept("mail", ANNA);
            assertThat(accessible(directory)).containsExactly("unrelated");
            assertThat(Files.getPosixFilePermissions(target))
                    .as("behind a link")
                    .isEqualTo(PosixFilePermissions.fromString("rw-rw-rw-"));
        } finally {
            Files.delete(target);
        }
    }

    private static void openToAll(Path directory) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static List<String> accessible(Path directory) throws Exception {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> !file.equals(directory) && !Files.isSymbolicLink(file))
                    .filter(DataDirectoryPermissionsTest::isAccessible)
                    .map(file -> directory.relativize(file).toString())
                    .toList();
        }
    }

    private static boolean isAccessible(Path file) {
        try {
            return !PosixFilePermissions.toString(Files.getPosixFilePermissions(file))
                    .endsWith("------");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
