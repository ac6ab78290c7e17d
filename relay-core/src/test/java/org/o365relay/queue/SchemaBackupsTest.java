package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.QueueFixture.ANNA;

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

/// What is kept of a queue before its tables are changed.
@Timeout(120)
class SchemaBackupsTest {

    private static final Path COPY = Path.of("queue-schema-3.db");

    private Path scratch;
    private QueueFixture house;

    @BeforeEach
    void open(@TempDir Path directory) {
        scratch = directory;
        house = new QueueFixture(directory.resolve("queue"));
    }

    @AfterEach
    void close() {
        house.close();
    }

    private static void oldQueue(QueueFixture house) {
        house.createVersion(3);
        house.execute("INSERT INTO message (id, received_at, client, helo, protocol, sender, smtp_utf8, notice, size,"
                + " attempts, due_at) VALUES (7, 1, '10.0.0.7', 'mfp', 'ESMTP', 'a@b.example', 0, 0, 4, 3, 1)");
        house.execute("INSERT INTO recipient VALUES (7, 0, 'anna@contoso.example', 'queued', NULL, NULL)");
        house.execute("INSERT INTO chunk VALUES (7, 0, x'7363616e')");
    }

    private void assertThatTheMessageIsServed() {
        house.queue().reroute("", _ -> new Destination(QueueFixture.MAILBOX, Priority.NORMAL));
        assertThat(house.text(house.claimOne())).isEqualTo("scan");
        assertThat(house.inconsistencies()).isEmpty();
    }

    private Set<String> names() throws IOException {
        try (Stream<Path> files = Files.list(house.directory)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    @Test
    void theOldQueueIsKeptWholeAndForItsOwnerAlone() throws Exception {
        oldQueue(house);
        assertThatTheMessageIsServed();
        house.close();

        Path copy = house.directory.resolve(COPY);
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
        old.queue().reroute("", _ -> new Destination(QueueFixture.MAILBOX, Priority.NORMAL));
        return old.claimOne();
    }

    @Test
    void whatIsOnlyInTheLogIsInTheCopy() throws Exception {
        try (ChildJvm child = ChildJvm.start(scratch, SchemaBackupsTest.class, house.directory.toString())) {
            child.awaitLine("WRITTEN");
            child.kill();
        }
        assertThat(house.directory.resolve("queue.db-wal")).isNotEmptyFile();
        assertThatTheMessageIsServed();
        house.close();
        Path back = Files.createDirectory(scratch.resolve("back"));
        Files.copy(house.directory.resolve(COPY), back.resolve("queue.db"));
        assertThat(new QueueFixture(back).number("SELECT count(*) FROM message"))
                .isEqualTo(1);
    }

    /// The older relay that is killed with a message in its log.
    public static void main(String[] arguments) throws Exception {
        QueueFixture house = new QueueFixture(Path.of(arguments[0]));
        try (Connection open = keepingTheLog(house)) {
            oldQueue(house);
            System.out.println("WRITTEN");
            System.in.read();
            open.commit();
        }
    }

    private static Connection keepingTheLog(QueueFixture house) throws Exception {
        Files.createDirectories(house.directory);
        Connection connection = new Sqlite(house.directory).openWriter();
        Sqlite.number(connection, "SELECT count(*) FROM sqlite_schema");
        connection.commit();
        return connection;
    }

    @Test
    void aNewQueueAndOneOfThisVersionHaveNoCopy() throws Exception {
        house.accept("new", ANNA);
        house.close();
        house.accept("again", ANNA);
        assertThat(names()).noneMatch(name -> name.startsWith("queue-schema"));
    }

    @Test
    void withTooLittleRoomTheStartIsRefusedAndNothingIsChanged() throws Exception {
        oldQueue(house);
        SchemaBackups copies = new SchemaBackups(house.directory, house.clock, () -> 10_000);
        assertThatThrownBy(() -> copies.backUpBeforeUpgrade(new Sqlite(house.directory)))
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessageContaining("needs 2 MiB")
                .hasMessageContaining("nothing was changed");
        assertThat(house.number("PRAGMA user_version")).isEqualTo(3);
        assertThat(names()).noneMatch(name -> name.startsWith("queue-schema"));
    }

    @Test
    void aCopyThatDoesNotFitOnTheDiskIsTakenBack() throws Exception {
        oldQueue(house);
        house.execute("INSERT INTO chunk VALUES (8, 0, zeroblob(9000000))");
        house.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        try (ChildJvm child =
                ChildJvm.startLimited(8 * 1024, scratch, CrashScenes.class, "COMMITTED", house.directory.toString())) {
            assertThat(child.awaitLine("UNUSABLE_DIRECTORY"))
                    .contains("cannot be copied before", "nothing was changed");
        }
        assertThat(house.number("PRAGMA user_version")).isEqualTo(3);
        assertThat(names()).noneMatch(name -> name.startsWith("queue-schema"));
        house.execute("DELETE FROM chunk WHERE message_id = 8");
        assertThatTheMessageIsServed();
    }

    @Test
    void somebodyWhoReadsInTheOldQueueKeepsItFromBeingBroughtUpToDateOnlyIfTheLogCannotBeEmptied() throws Exception {
        oldQueue(house);
        try (Connection other = house.connection()) {
            assertThat(Sqlite.number(other, "SELECT count(*) FROM message")).isEqualTo(1);
            assertThatTheMessageIsServed();
        }
        assertThat(names()).contains(COPY.toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20, 40, 60, 80, 100, 130, 160, 200, 250})
    void killedAtAnyMomentItIsTheOldQueueOrTheNewOne(int millis) throws Exception {
        oldQueue(house);
        house.execute("INSERT INTO chunk VALUES (8, 0, zeroblob(60000000))");
        try (ChildJvm child = ChildJvm.start(scratch, Upgrading.class, house.directory.toString())) {
            child.awaitLine("BEGIN");
            LockSupport.parkNanos(Duration.ofMillis(millis).toNanos());
            child.kill();
        }
        long version = house.number("PRAGMA user_version");
        assertThat(version).isIn(3L, 5L);
        if (version == 5) {
            assertThat(names()).contains(COPY.toString());
        }
        house.execute("DELETE FROM chunk WHERE message_id = 8");
        assertThatTheMessageIsServed();
        assertThat(names()).contains(COPY.toString()).doesNotContain("queue-schema.partial");
    }

    /// The upgrade that is killed.
    static final class Upgrading {

        private Upgrading() {}

        public static void main(String[] arguments) throws Exception {
            QueueFixture house = new QueueFixture(Path.of(arguments[0]));
            Class.forName("org.sqlite.JDBC");
            System.out.println("BEGIN");
            MessageQueue.open(house.settings(), house.clock, new Random(1));
            System.in.read();
        }
    }

    @Test
    void anOldCopyIsDeleted() throws Exception {
        oldQueue(house);
        house.queue();
        SchemaBackups copies = new SchemaBackups(house.directory, house.clock);
        house.clock.advance(Duration.ofDays(29));
        copies.deleteExpired();
        assertThat(names()).contains(COPY.toString());
        house.clock.advance(Duration.ofDays(2));
        copies.deleteExpired();
        assertThat(names()).doesNotContain(COPY.toString()).contains("queue.db");
    }
}
