package org.o365relay.queue.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.Priority;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Destination;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.ChildJvm;
import org.o365relay.queue.jdbc.CrashScenes;
import org.o365relay.queue.jdbc.QueueFixture;

/// Copies of the queue before its tables are upgraded.
@Timeout(120)
class SchemaBackupsTest {

    private static final Path COPY = Path.of("queue-schema-3.db");

    private Path scratch;
    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) {
        scratch = directory;
        fixture = new QueueFixture(directory.resolve("queue"));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private static void oldQueue(QueueFixture fixture) {
        fixture.createVersion(3);
        fixture.execute("INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, notice, size,"
                + " attempts, due_at) VALUES (7, 1, '10.0.0.7', 'mfp', 'ESMTP', 'a@b.example', 0, 0, 4, 3, 1)");
        fixture.execute("INSERT INTO recipient VALUES (7, 0, 'anna@contoso.example', 'queued', NULL, NULL)");
        fixture.execute("INSERT INTO chunk VALUES (7, 0, x'7363616e')");
    }

    private void assertThatTheMessageIsClaimed() {
        fixture.queue().routes().reroute("", _ -> new Destination(QueueFixture.MAILBOX, Priority.NORMAL));
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("scan");
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(fixture.directory)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    @Test
    void copiesTheWholeQueueToAFileThatOnlyItsOwnerCanRead() throws Exception {
        oldQueue(fixture);
        assertThatTheMessageIsClaimed();
        fixture.close();

        Path copy = fixture.directory.resolve(COPY);
        assertThat(Files.getPosixFilePermissions(copy)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        Path back = Files.createDirectory(scratch.resolve("back"));
        Files.copy(copy, back.resolve("queue.db"));
        try (QueueFixture old = new QueueFixture(back)) {
            assertThat(old.number("PRAGMA user_version")).isEqualTo(3);
            assertThat(old.number("SELECT attempts FROM message")).isEqualTo(3);
            assertThat(old.text(reroutedClaim(old))).isEqualTo("scan");
        }
    }

    private static Claim reroutedClaim(QueueFixture old) {
        old.queue().routes().reroute("", _ -> new Destination(QueueFixture.MAILBOX, Priority.NORMAL));
        return old.claimOne();
    }

    @Test
    void includesCommitsThatAreOnlyInTheLog() throws Exception {
        try (ChildJvm child = ChildJvm.start(scratch, SchemaBackupsTest.class, fixture.directory.toString())) {
            child.awaitLine("WRITTEN");
            child.kill();
        }
        assertThat(fixture.directory.resolve("queue.db-wal")).isNotEmptyFile();
        assertThatTheMessageIsClaimed();
        fixture.close();
        Path back = Files.createDirectory(scratch.resolve("back"));
        Files.copy(fixture.directory.resolve(COPY), back.resolve("queue.db"));
        assertThat(new QueueFixture(back).number("SELECT count(*) FROM message"))
                .isEqualTo(1);
    }

    /// The older relay that is killed with a message in its log.
    public static void main(String[] arguments) throws Exception {
        QueueFixture fixture = new QueueFixture(Path.of(arguments[0]));
        try (Connection open = keepingTheLog(fixture)) {
            oldQueue(fixture);
            System.out.println("WRITTEN");
            System.in.read();
            open.commit();
        }
    }

    private static Connection keepingTheLog(QueueFixture fixture) throws Exception {
        Files.createDirectories(fixture.directory);
        Connection connection = new Sqlite(fixture.directory).openWriter();
        Sqlite.number(connection, "SELECT count(*) FROM sqlite_schema");
        connection.commit();
        return connection;
    }

    @Test
    void copiesNeitherANewNorACurrentQueue() throws Exception {
        fixture.accept("new", ANNA);
        fixture.close();
        fixture.accept("again", ANNA);
        assertThat(names()).noneMatch(name -> name.startsWith("queue-schema"));
    }

    @Test
    void doesNotStartWithoutSpaceForTheCopy() throws Exception {
        oldQueue(fixture);
        SchemaBackups copies = new SchemaBackups(fixture.directory, fixture.clock, () -> 10_000);
        assertThatThrownBy(() -> copies.backUpBeforeUpgrade(new Sqlite(fixture.directory)))
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessageContaining("needs 2 MiB")
                .hasMessageContaining("nothing was changed");
        assertThat(fixture.number("PRAGMA user_version")).isEqualTo(3);
        assertThat(names()).noneMatch(name -> name.startsWith("queue-schema"));
    }

    @Test
    void deletesACopyThatDoesNotFit() throws Exception {
        oldQueue(fixture);
        fixture.execute("INSERT INTO chunk VALUES (8, 0, zeroblob(9000000))");
        fixture.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        try (ChildJvm child = ChildJvm.startLimited(
                8 * 1024, scratch, CrashScenes.class, "COMMITTED", fixture.directory.toString())) {
            assertThat(child.awaitLine("UNUSABLE_DIRECTORY")).contains("the copy failed", "nothing was changed");
        }
        assertThat(fixture.number("PRAGMA user_version")).isEqualTo(3);
        assertThat(names()).noneMatch(name -> name.startsWith("queue-schema"));
        fixture.execute("DELETE FROM chunk WHERE message_id = 8");
        assertThatTheMessageIsClaimed();
    }

    @Test
    void upgradesDespiteAReaderIfTheLogCanBeTruncated() throws Exception {
        oldQueue(fixture);
        try (Connection other = fixture.connection()) {
            assertThat(Sqlite.number(other, "SELECT count(*) FROM message")).isEqualTo(1);
            assertThatTheMessageIsClaimed();
        }
        assertThat(names()).contains(COPY.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20, 40, 60, 80, 100, 130, 160, 200, 250})
    void leavesTheOldOrTheNewQueueIfKilled(int millis) throws Exception {
        oldQueue(fixture);
        fixture.execute("INSERT INTO chunk VALUES (8, 0, zeroblob(60000000))");
        try (ChildJvm child = ChildJvm.start(scratch, Upgrading.class, fixture.directory.toString())) {
            child.awaitLine("BEGIN");
            LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
            child.kill();
        }
        long version = fixture.number("PRAGMA user_version");
        assertThat(version).isIn(3L, (long) Schema.VERSION);
        if (version == Schema.VERSION) {
            assertThat(names()).contains(COPY.toString());
        }
        fixture.execute("DELETE FROM chunk WHERE message_id = 8");
        assertThatTheMessageIsClaimed();
        assertThat(names()).contains(COPY.toString()).doesNotContain("queue-schema.partial");
    }

    /// The upgrade that is killed.
    static final class Upgrading {

        private Upgrading() {}

        public static void main(String[] arguments) throws Exception {
            QueueFixture fixture = new QueueFixture(Path.of(arguments[0]));
            Class.forName("org.sqlite.JDBC");
            System.out.println("BEGIN");
            SqliteQueue.open(fixture.settings(), fixture.clock.steady(), new Random(1));
            System.in.read();
        }
    }

    @Test
    void anOldCopyIsDeleted() throws Exception {
        oldQueue(fixture);
        fixture.queue();
        SchemaBackups copies = new SchemaBackups(fixture.directory, fixture.clock);
        fixture.clock.advance(Duration.ofDays(29));
        copies.deleteExpired();
        assertThat(names()).contains(COPY.toString());
        fixture.clock.advance(Duration.ofDays(2));
        copies.deleteExpired();
        assertThat(names()).doesNotContain(COPY.toString()).contains("queue.db");
    }
}
