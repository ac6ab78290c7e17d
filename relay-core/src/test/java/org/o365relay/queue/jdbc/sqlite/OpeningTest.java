package org.o365relay.queue.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.Priority;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Destination;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.ChildJvm;
import org.o365relay.queue.jdbc.CrashScenes;
import org.o365relay.queue.jdbc.QueueFixture;
import org.o365relay.time.SteadyClock;

@Timeout(60)
class OpeningTest {

    private Path scratch;
    private Path directory;
    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path parent) {
        scratch = parent;
        directory = parent.resolve("var").resolve("queue");
        fixture = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void createsTheDirectoryAndReopensTheQueue() {
        fixture.accept("before", ANNA);
        fixture.close();
        assertThat(directory.resolve("queue.db-wal"))
                .as("after an orderly stop")
                .doesNotExist();
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("before");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void createsADirectoryThatOnlyItsOwnerCanAccess() throws IOException {
        fixture.accept("a secret", ANNA);
        assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void rejectsASecondRelayInTheSameProcess() {
        fixture.accept("mine", ANNA);
        assertUnavailable(
                Reason.IN_USE, "in use", "process " + ProcessHandle.current().pid(), "data-directory");
        fixture.close();
        assertThat(fixture.claimOne()).isNotNull();
    }

    @Test
    void rejectsASecondRelayInAnotherProcess() throws Exception {
        fixture.accept("mine", ANNA);
        assertUnavailable(Reason.IN_USE, "in use");
        try (ChildJvm other = ChildJvm.start(scratch, CrashScenes.class, "COMMITTED", directory.toString())) {
            assertThat(other.awaitLine("IN_USE"))
                    .contains("in use by another running relay (process "
                            + ProcessHandle.current().pid() + ")");
        }
    }

    @Test
    void rejectsARegularFileAsDirectory() throws IOException {
        Files.createDirectories(scratch.resolve("var"));
        Files.writeString(directory, "not a directory");
        assertUnavailable(Reason.UNUSABLE_DIRECTORY, directory.toString(), "is not a directory");
    }

    @Test
    void reportsADirectoryThatCannotBeCreated() {
        fixture = new QueueFixture(Path.of("/proc/o365-relay"));
        assertUnavailable(
                Reason.UNUSABLE_DIRECTORY, "/proc/o365-relay", "cannot be used", System.getProperty("user.name"));
    }

    @Test
    void reportsADirectoryInPlaceOfTheDatabase() throws IOException {
        Files.createDirectories(directory.resolve("queue.db"));
        assertUnavailable(Reason.UNUSABLE_DIRECTORY, "queue.db", "cannot be opened");
    }

    @Test
    void leavesAFileThatIsNotADatabaseUnchanged() throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve("queue.db");
        Files.writeString(file, "Dear admin, this was never a database. ".repeat(500));
        assertUnavailable(Reason.DAMAGED, file.toString(), "damaged", "nothing was changed", "queue verify");
        assertThat(file).content().startsWith("Dear admin").hasSize(39 * 500);
    }

    @Test
    void deletesOnlyLeftoversOfAKilledRepairOrRestore() throws Exception {
        List<String> left = List.of(
                "queue-repair.db",
                "queue-repair.db-wal",
                "queue-repair-source.db",
                "queue-repair.partial",
                "queue-restore.db");
        Path mine = fixture.directory.resolve("queue-restore-mine.db");
        Files.createDirectories(fixture.directory);
        Files.createFile(mine);
        for (String name : left) {
            Files.createFile(fixture.directory.resolve(name));
        }
        fixture.queue();
        assertThat(left)
                .allSatisfy(name -> assertThat(fixture.directory.resolve(name)).doesNotExist());
        assertThat(mine).exists();
    }

    @Test
    void leavesADatabaseOfANewerRelayUnchanged() {
        fixture.accept("from the future", ANNA);
        fixture.close();
        fixture.execute("PRAGMA user_version = 99");
        assertUnavailable(Reason.NEWER_SCHEMA, "newer o365-relay", "schema 99", "up to " + Schema.VERSION);
        fixture.execute("PRAGMA user_version = " + Schema.VERSION);
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("from the future");
    }

    @Test
    void upgradesAQueueOfVersion1AndDeliversItsMail() {
        fixture.createVersionOne();
        fixture.execute("INSERT INTO message VALUES (7, 1772352000000, '192.168.10.7', 'printer', 'ESMTP',"
                + " 'printer@contoso.example', 0, 0, 3, 0, 1772352000000, NULL, NULL)");
        fixture.execute("INSERT INTO recipient VALUES (7, 0, 'anna@contoso.example', 'queued')");
        fixture.execute("INSERT INTO chunk VALUES (7, 0, x'6f6c64')");

        fixture.queue().routes().reroute("", _ -> new Destination(QueueFixture.MAILBOX, Priority.NORMAL));
        Claim old = fixture.claimOne();
        assertThat(fixture.text(old)).isEqualTo("old");
        fixture.queue().claims().settle(old, QueueFixture.delivered(old), List.of(), List.of());
        assertThat(fixture.number("PRAGMA user_version")).isEqualTo(Schema.VERSION);
        assertThat(fixture.queue().devices().all()).isEmpty();
        assertThat(fixture.accept("new", ANNA)).isNotNull();
        fixture.close();
        assertThat(fixture.text(fixture.claimOne())).isEqualTo("new");
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    @Test
    void upgradesCompletelyOrNotAtAll() throws Exception {
        fixture.createVersionOne();
        Sqlite sqlite = new Sqlite(fixture.directory);
        try (Connection writer = sqlite.openWriter()) {
            Sqlite.execute(writer, "PRAGMA max_page_count = 12"); // enough for some of the tables of version 2
            assertThatThrownBy(() -> sqlite.upgrade(writer)).hasMessageContaining("full");
        }
        assertThat(fixture.number("PRAGMA user_version")).isEqualTo(1);
        assertThat(fixture.number("SELECT count(*) FROM sqlite_schema WHERE name = 'device'"))
                .isZero();
        assertThat(fixture.accept("new", ANNA)).isNotNull();
    }

    @Test
    void reportsDamageFoundWhileEndingLeasesAndStopsAllThreads() throws IOException {
        fixture.accept("scan", ANNA);
        assertThat(fixture.claimOne()).isNotNull();
        fixture.close();
        overwrite("SELECT rootpage FROM sqlite_schema WHERE name = 'message_lease'");
        assertUnavailable(Reason.DAMAGED, "queue.db", "malformed", "--repair");
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("queue-"))
                .isEmpty();
        Files.delete(directory.resolve("queue.db"));
        assertThat(fixture.accept("a new queue in the same place", ANNA)).isNotNull();
    }

    @Test
    void aDamagedTableFailsOnlyOperationsThatReadIt() throws IOException {
        for (int i = 0; i < 2_000; i++) {
            var _ = fixture.queue()
                    .intake()
                    .receive()
                    .commit(
                            fixture.arrival(),
                            QueueFixture.routed(QueueFixture.envelope(ANNA)),
                            SearchableHeaders.NONE,
                            new byte[] {'.'});
        }
        fixture.close();
        overwrite("SELECT min(pageno) FROM dbstat WHERE name = 'message' AND pagetype = 'leaf'");

        assertThatThrownBy(() -> fixture.claim(10))
                .isInstanceOf(QueueException.class)
                .hasMessageContaining("malformed");
        fixture.clock.advance(Duration.ofSeconds(1));
        assertThat(fixture.accept("new mail", ANNA)).isNotNull();
    }

    private void overwrite(String pageQuery) throws IOException {
        long page = fixture.number(pageQuery);
        byte[] garbage = QueueFixture.content(13, 4096);
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("queue.db").toFile(), "rw")) {
            file.seek((page - 1) * 4096);
            file.write(garbage);
        }
    }

    private void assertUnavailable(Reason reason, String... words) {
        QueueSettings settings = new QueueSettings(fixture.directory, 0, 1L << 40, Duration.ofDays(30));
        assertThatThrownBy(() -> SqliteQueue.open(settings, SteadyClock.system(), new Random(1)))
                .isInstanceOfSatisfying(QueueUnavailableException.class, e -> {
                    assertThat(e.reason()).isEqualTo(reason);
                    assertThat(e).hasNoCause();
                    assertThat(e.getMessage()).contains(words).doesNotContain("\n", "Exception");
                });
    }
}
