package org.o365relay.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.QueueFixture.ANNA;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
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
import org.o365relay.queue.QueueUnavailableException.Reason;

@Timeout(60)
class OpeningTest {

    private Path scratch;
    private Path directory;
    private QueueFixture house;

    @BeforeEach
    void open(@TempDir Path parent) {
        scratch = parent;
        directory = parent.resolve("var").resolve("queue");
        house = new QueueFixture(directory);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void makesTheDirectoryAndFindsEverythingAgain() {
        house.accept("before", ANNA);
        house.close();
        assertThat(directory.resolve("queue.db-wal")).as("after an orderly end").doesNotExist();
        assertThat(house.text(house.claimOne())).isEqualTo("before");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void nobodyElseMayLookIntoADirectoryItMakes() throws IOException {
        house.accept("a secret", ANNA);
        assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void aSecondRelayInTheSameProcessIsKeptOut() {
        house.accept("mine", ANNA);
        assertUnavailable(
                Reason.IN_USE, "in use", "process " + ProcessHandle.current().pid(), "data-directory");
        house.close();
        assertThat(house.claimOne()).isNotNull();
    }

    @Test
    void aSecondRelayInAnotherProcessIsKeptOutEvenAfterOneInTheSameWas() throws Exception {
        house.accept("mine", ANNA);
        assertUnavailable(Reason.IN_USE, "in use");
        try (ChildJvm other = ChildJvm.start(scratch, CrashScenes.class, "COMMITTED", directory.toString())) {
            assertThat(other.awaitLine("IN_USE"))
                    .contains("in use by another running relay (process "
                            + ProcessHandle.current().pid() + ")");
        }
    }

    @Test
    void aRegularFileIsNoDirectory() throws IOException {
        Files.createDirectories(scratch.resolve("var"));
        Files.writeString(directory, "not a directory");
        assertUnavailable(Reason.UNUSABLE_DIRECTORY, directory.toString(), "is not a directory");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsSaidToBeSo() {
        house = new QueueFixture(Path.of("/proc/o365-relay"));
        assertUnavailable(
                Reason.UNUSABLE_DIRECTORY, "/proc/o365-relay", "cannot be used", System.getProperty("user.name"));
    }

    @Test
    void aDirectoryInPlaceOfTheDatabaseIsSaidToBeSo() throws IOException {
        Files.createDirectories(directory.resolve("queue.db"));
        assertUnavailable(Reason.UNUSABLE_DIRECTORY, "queue.db", "cannot be opened");
    }

    @Test
    void aFileThatIsNoDatabaseIsLeftAsItIs() throws IOException {
        Files.createDirectories(directory);
        Path file = directory.resolve("queue.db");
        Files.writeString(file, "Dear admin, this was never a database. ".repeat(500));
        assertUnavailable(Reason.DAMAGED, file.toString(), "damaged", "nothing was changed", "queue verify");
        assertThat(file).content().startsWith("Dear admin").hasSize(39 * 500);
    }

    @Test
    void whatAKilledRepairOrRestoreHasLeftIsDeletedAndNothingElse() throws Exception {
        List<String> left = List.of(
                "queue-repair.db",
                "queue-repair.db-wal",
                "queue-repair-source.db",
                "queue-repair.partial",
                "queue-restore.db");
        Path mine = house.directory.resolve("queue-restore-mine.db");
        Files.createDirectories(house.directory);
        Files.createFile(mine);
        for (String name : left) {
            Files.createFile(house.directory.resolve(name));
        }
        house.queue();
        assertThat(left)
                .allSatisfy(name -> assertThat(house.directory.resolve(name)).doesNotExist());
        assertThat(mine).exists();
    }

    @Test
    void aDatabaseOfANewerRelayIsLeftAsItIs() {
        house.accept("from the future", ANNA);
        house.close();
        house.execute("PRAGMA user_version = 99");
        assertUnavailable(Reason.NEWER_SCHEMA, "newer o365-relay", "schema 99", "up to 5");
        house.execute("PRAGMA user_version = 5");
        assertThat(house.text(house.claimOne())).isEqualTo("from the future");
    }

    @Test
    void aDatabaseOfVersion1IsBroughtUpToDateAndItsMailIsServed() {
        house.createVersionOne();
        house.execute("INSERT INTO message VALUES (7, 1772352000000, '192.168.10.7', 'printer', 'ESMTP',"
                + " 'printer@contoso.example', 0, 0, 3, 0, 1772352000000, NULL, NULL)");
        house.execute("INSERT INTO recipient VALUES (7, 0, 'anna@contoso.example', 'queued')");
        house.execute("INSERT INTO chunk VALUES (7, 0, x'6f6c64')");

        house.queue().reroute("", _ -> new Destination(QueueFixture.MAILBOX, Priority.NORMAL));
        Claim old = house.claimOne();
        assertThat(house.text(old)).isEqualTo("old");
        house.queue().settle(old, QueueFixture.delivered(old), List.of());
        assertThat(house.number("PRAGMA user_version")).isEqualTo(5);
        assertThat(house.queue().devices()).isEmpty();
        assertThat(house.accept("new", ANNA)).isNotNull();
        house.close();
        assertThat(house.text(house.claimOne())).isEqualTo("new");
        assertThat(house.inconsistencies()).isEmpty();
    }

    @Test
    void aStepToANewVersionIsTakenWhollyOrNotAtAll() {
        house.createVersionOne();
        house.execute("CREATE TABLE spending (in_the_way INTEGER)"); // the last one of version 2
        assertUnavailable(Reason.UNUSABLE_DIRECTORY, "cannot be opened", "spending");
        assertThat(house.number("PRAGMA user_version")).isEqualTo(1);
        assertThat(house.number("SELECT count(*) FROM sqlite_schema WHERE name = 'device'"))
                .isZero();
        house.execute("DROP TABLE spending");
        assertThat(house.accept("new", ANNA)).isNotNull();
    }

    @Test
    void damageThatShowsOnlyWhenLeasesAreLookedForIsCalledDamageAndLeavesNoThreadBehind() throws IOException {
        house.accept("scan", ANNA);
        assertThat(house.claimOne()).isNotNull();
        house.close();
        overwrite("SELECT rootpage FROM sqlite_schema WHERE name = 'message_lease'");
        assertUnavailable(Reason.DAMAGED, "queue.db", "malformed", "--repair");
        assertThat(Thread.getAllStackTraces().keySet())
                .filteredOn(thread -> thread.getName().startsWith("queue-"))
                .isEmpty();
        Files.delete(directory.resolve("queue.db"));
        assertThat(house.accept("a new queue in the same place", ANNA)).isNotNull();
    }

    @Test
    void aDamagedTableFailsWhoNeedsItAndNobodyElse() throws IOException {
        for (int i = 0; i < 2_000; i++) {
            var _ = house.queue()
                    .receive()
                    .commit(house.arrival(), QueueFixture.routed(QueueFixture.envelope(ANNA)), new byte[] {'.'});
        }
        house.close();
        overwrite("SELECT min(pageno) FROM dbstat WHERE name = 'message' AND pagetype = 'leaf'");

        assertThatThrownBy(() -> house.claim(10))
                .isInstanceOf(QueueException.class)
                .hasMessageContaining("malformed");
        house.clock.advance(Duration.ofSeconds(1));
        assertThat(house.accept("new mail", ANNA)).isNotNull();
    }

    private void overwrite(String pageQuery) throws IOException {
        long page = house.number(pageQuery);
        byte[] garbage = QueueFixture.content(13, 4096);
        try (RandomAccessFile file =
                new RandomAccessFile(directory.resolve("queue.db").toFile(), "rw")) {
            file.seek((page - 1) * 4096);
            file.write(garbage);
        }
    }

    private void assertUnavailable(Reason reason, String... words) {
        QueueSettings settings = new QueueSettings(house.directory, 0, 1L << 40, Duration.ofDays(30));
        assertThatThrownBy(() -> MessageQueue.open(settings, InstantSource.system(), new Random(1)))
                .isInstanceOfSatisfying(QueueUnavailableException.class, e -> {
                    assertThat(e.reason()).isEqualTo(reason);
                    assertThat(e).hasNoCause();
                    assertThat(e.getMessage()).contains(words).doesNotContain("\n", "Exception");
                });
    }
}
