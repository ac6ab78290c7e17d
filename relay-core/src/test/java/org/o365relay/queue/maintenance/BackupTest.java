package org.o365relay.queue.maintenance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Change;
import org.o365relay.queue.Claim;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.ChildJvm;
import org.o365relay.queue.jdbc.CrashScenes;
import org.o365relay.queue.jdbc.QueueFixture;
import org.o365relay.queue.jdbc.sqlite.MaintenanceMarker;
import org.o365relay.queue.jdbc.sqlite.ReadOnlyQueue;
import org.o365relay.queue.jdbc.sqlite.Schema;
import org.o365relay.queue.jdbc.sqlite.Sqlite;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.queue.maintenance.QueueRestore.Result;

@Timeout(120)
class BackupTest {

    private Path scratch;
    private Path folder;
    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path directory) throws IOException {
        scratch = directory;
        folder = Files.createDirectory(directory.resolve("backups"));
        fixture = new QueueFixture(directory.resolve("queue"));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private Path backup() throws QueueUnavailableException {
        return new QueueBackup(fixture.directory, fixture.clock).writeTo(folder).file();
    }

    private Result restore(QueueFixture into, Path backup, boolean replace, boolean hold) throws Exception {
        return new QueueRestore(into.directory, into.clock).restore(backup, replace, hold);
    }

    private QueueFixture other() {
        return new QueueFixture(scratch.resolve("other"));
    }

    private static Set<String> texts(QueueFixture fixture) {
        Set<String> texts = new TreeSet<>();
        List<Claim> claims = fixture.claim(100);
        while (!claims.isEmpty()) {
            claims.forEach(claim -> texts.add(fixture.text(claim)));
            claims = fixture.claim(100);
        }
        return texts;
    }

    private static Set<String> names(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void writesOneFileThatOnlyItsOwnerCanReadAndThatCanBeRestored(boolean running) throws Exception {
        fixture.accept("one", ANNA);
        fixture.accept(CrashScenes.LARGE, ANNA);
        if (!running) {
            fixture.close();
        }
        Path made = backup();

        assertThat(names(folder)).containsExactly("queue-20260301-080000.db");
        assertThat(Files.getPosixFilePermissions(made)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        try (QueueFixture other = other()) {
            Result restored = restore(other, made, false, false);
            assertThat(restored).isEqualTo(new Result(null, 2));
            assertThat(other.claim(10)).hasSize(2);
            assertThat(other.inconsistencies()).isEmpty();
        }
    }

    @Test
    void containsEveryMessageAcknowledgedBeforeAndBlocksNoMail() throws Exception {
        Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        AtomicBoolean enough = new AtomicBoolean();
        CountDownLatch underWay = new CountDownLatch(500);
        Thread load = Thread.ofPlatform().start(() -> {
            for (int i = 0; !enough.get(); i++) {
                List<CompletableFuture<?>> group = new ArrayList<>();
                for (int k = 0; k < 20; k++) {
                    String text = "message " + i + "." + k + " " + "x".repeat(2_000);
                    group.add(fixture.queue()
                            .intake()
                            .receive()
                            .commit(
                                    fixture.arrival(),
                                    QueueFixture.routed(QueueFixture.envelope(ANNA)),
                                    SearchableHeaders.NONE,
                                    text.getBytes(StandardCharsets.UTF_8))
                            .thenAccept(_ -> {
                                acknowledged.add(text);
                                underWay.countDown();
                            }));
                }
                group.forEach(CompletableFuture::join);
            }
        });
        underWay.await();
        List<Set<String>> before = new ArrayList<>();
        List<Path> made = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            before.add(Set.copyOf(acknowledged));
            made.add(backup());
            fixture.clock.advance(Duration.ofSeconds(1));
        }
        int atTheEnd = acknowledged.size();
        enough.set(true);
        load.join();

        assertThat(atTheEnd)
                .as("accepting continued")
                .isGreaterThan(before.getLast().size());
        for (int i = 0; i < made.size(); i++) {
            try (QueueFixture other = new QueueFixture(scratch.resolve("other-" + i))) {
                restore(other, made.get(i), false, false);
                other.clock.advance(Duration.ofMinutes(1));
                assertThat(texts(other)).containsAll(before.get(i));
                assertThat(other.inconsistencies()).isEmpty();
            }
        }
    }

    @Test
    void repeatsTheCopyIfARelayStartsMeanwhile() throws Exception {
        fixture.accept("one", ANNA);
        fixture.close();
        Path partial = folder.resolve(".queue-20260301-080000.db.partial");
        ReadOnlyQueue viewer = new ReadOnlyQueue(fixture.directory);
        assertThat(viewer.<Long>query(statements -> {
                    QueueBackup.copy(statements, folder, partial);
                    fixture.accept("two", ANNA);
                    return 0L;
                }))
                .isZero();
        assertThat(viewer.<Long>query(statements -> QueueBackup.copy(statements, folder, partial)))
                .isEqualTo(3);
    }

    @Test
    void deletesAPartialBackupAfterADay() throws Exception {
        fixture.accept("one", ANNA);
        List<String> old = List.of(".queue-20260227-080000.db.partial", ".queue-20260227-080000.db.partial-journal");
        List<String> kept =
                List.of(".queue-20260301-070000.db.partial", "queue-20260227-080000.db", ".queue-mine.db.partial");
        for (String name : Stream.concat(old.stream(), kept.stream()).toList()) {
            int hours = name.contains("0301") ? 1 : 48;
            Files.setLastModifiedTime(
                    Files.createFile(folder.resolve(name)),
                    FileTime.from(fixture.clock.instant().minus(Duration.ofHours(hours))));
        }
        backup();
        assertThat(names(folder))
                .containsAll(kept)
                .doesNotContainAnyElementsOf(old)
                .hasSize(4);
    }

    @Test
    void doesNotCreateAMissingFolder() {
        fixture.accept("one", ANNA);
        assertThatThrownBy(() -> new QueueBackup(fixture.directory, fixture.clock).writeTo(scratch.resolve("nowhere")))
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessageContaining("nowhere")
                .hasMessageContaining("existing, writable folder");
        assertThat(scratch.resolve("nowhere")).doesNotExist();
    }

    @Test
    void leavesNoPartialFileOnAFullDisk() throws Exception {
        for (int i = 0; i < 80; i++) {
            fixture.accept(QueueFixture.content(i, 100_000), ANNA);
        }
        fixture.close();
        try (ChildJvm child = ChildJvm.startLimited(
                4_096, scratch, BackupTest.class, fixture.directory.toString(), folder.toString())) {
            assertThat(child.awaitLine("REFUSED"))
                    .contains("the backup", "could not be written", "disk", "check the free space");
        }
        assertThat(folder).isEmptyDirectory();
        assertThat(fixture.claim(100)).hasSize(80);
    }

    /// The backup that finds no room.
    public static void main(String[] arguments) {
        QueueFixture fixture = new QueueFixture(Path.of(arguments[0]));
        try {
            new QueueBackup(fixture.directory, fixture.clock).writeTo(Path.of(arguments[1]));
        } catch (QueueUnavailableException e) {
            System.out.println("REFUSED " + e.getMessage());
        }
    }

    @Test
    void recordsTheRestoreInTheHistory() throws Exception {
        QueueId id = fixture.accept("perhaps delivered later", ANNA);
        Path made = backup();
        try (QueueFixture other = other()) {
            restore(other, made, false, false);
            assertThat(other.queue().notices().history(id)).singleElement().satisfies(event -> {
                assertThat(event.kind()).isEqualTo("restored");
                assertThat(event.uncertain()).isTrue();
                assertThat(event.detail()).contains("from a backup of", "may have been delivered");
            });
            assertThat(other.text(other.claimOne())).isEqualTo("perhaps delivered later");
        }
    }

    @Test
    void restoresKeptContentForTheRestOfItsTime() throws Exception {
        KeepContent keep = new KeepContent(Duration.ofDays(7), Duration.ZERO, 1 << 20);
        byte[] scan = QueueFixture.content(1, 300_000);
        try (QueueFixture before = new QueueFixture(scratch.resolve("keeping"), keep);
                QueueFixture after = new QueueFixture(scratch.resolve("other"), keep)) {
            QueueId failed = before.accept(scan, ANNA);
            Claim claim = before.claimOne();
            before.queue().claims().settle(claim, QueueFixture.failed(claim), List.of(), List.of());
            Path copy = new QueueBackup(before.directory, before.clock)
                    .writeTo(folder)
                    .file();
            after.clock.advance(Duration.ofDays(2));
            restore(after, copy, false, false);

            MessageDetail restored = after.queue().reader().show(failed).orElseThrow();
            assertThat(restored.contentUntil()).isEqualTo(before.clock.instant().plus(Duration.ofDays(7)));
            assertThat(after.queue()
                            .admin()
                            .apply(new Change.Resend(null, null), MessageFilter.of(List.of(failed)), "olga")
                            .changed())
                    .isEqualTo(1);
            Claim resent = after.claimOne();
            assertThat(after.read(resent)).isEqualTo(scan);
            after.queue().claims().settle(resent, QueueFixture.delivered(resent), List.of(), List.of());
            after.clock.advance(Duration.ofDays(5));
            after.deleteKeptContent();
            assertThat(after.number("SELECT count(*) FROM chunk")).isZero();
            assertThat(after.inconsistencies()).isEmpty();
        }
    }

    @Test
    void restoresOnHold() throws Exception {
        fixture.accept("not before I have looked", ANNA);
        Path made = backup();
        try (QueueFixture other = other()) {
            restore(other, made, false, true);
            other.clock.advance(Duration.ofDays(3));
            assertThat(other.claim(10)).isEmpty();
            assertThat(other.number("SELECT count(*) FROM message WHERE held_at IS NOT NULL AND due_at IS NOT NULL"))
                    .isEqualTo(1);
            assertThat(new QueueVerifier(other.settings(), other.clock).verify())
                    .isEmpty();
        }
    }

    @Test
    void movesAnExistingQueueAsideOnlyOnRequest() throws Exception {
        fixture.accept("in the backup", ANNA);
        Path made = backup();
        fixture.accept("after it", ANNA);
        fixture.close();
        assertThatThrownBy(() -> restore(fixture, made, false, false)).hasMessageContaining("--replace");

        Result restored = restore(fixture, made, true, false);

        assertThat(texts(fixture)).containsExactly("in the backup");
        Path aside = Objects.requireNonNull(restored.previous());
        try (QueueFixture old = new QueueFixture(aside)) {
            assertThat(texts(old)).containsExactly("after it", "in the backup");
        }
    }

    @Test
    void restoresCommitsInTheLogOfAReplacedQueue() throws Exception {
        fixture.accept("in the database", ANNA);
        fixture.close();
        Path aside = Files.createDirectory(scratch.resolve("aside"));
        try (Connection reader = fixture.connection()) { // so that shutdown leaves the log
            Sqlite.number(reader, "SELECT count(*) FROM message");
            fixture.accept("in the log", ANNA);
            for (String name : List.of("queue.db", "queue.db-wal")) {
                Files.copy(fixture.directory.resolve(name), aside.resolve(name));
            }
        }
        assertThat(aside.resolve("queue.db-wal")).isNotEmptyFile();

        try (QueueFixture other = other()) {
            assertThat(restore(other, aside.resolve("queue.db"), false, false).open())
                    .isEqualTo(2);
            assertThat(texts(other)).containsExactly("in the database", "in the log");
            assertThat(names(other.directory)).noneMatch(name -> name.startsWith("queue-restore"));
        }
    }

    @Test
    void rejectsADamagedBackupAndChangesNothing() throws Exception {
        for (int i = 0; i < 50; i++) {
            fixture.accept("kept " + i + "x".repeat(3_000), ANNA);
        }
        Path made = backup();
        fixture.close();
        byte[] octets = Files.readAllBytes(made);
        System.arraycopy(QueueFixture.content(1, 40_000), 0, octets, 20_000, 40_000);
        Files.write(made, octets);
        assertThatThrownBy(() -> restore(fixture, made, true, false)).hasMessageContaining("is damaged");
        Files.writeString(made, "Dear admin, this was never a database. ".repeat(500));
        assertThatThrownBy(() -> restore(fixture, made, true, false)).hasMessageContaining("is damaged");
        assertThatThrownBy(() -> restore(fixture, scratch.resolve("none"), true, false))
                .hasMessageContaining("not a file");
        assertThat(texts(fixture)).hasSize(50);
        assertThat(names(fixture.directory)).doesNotContain("replaced", "queue-restore.db");
    }

    @Test
    void leavesTheQueueOfARunningRelayUnchanged() throws Exception {
        fixture.accept("mine", ANNA);
        Path made = backup();
        assertThatThrownBy(() -> restore(fixture, made, true, false)).hasMessageContaining("in use");
    }

    @Test
    void continuesAKilledRestoreBeforeARelayCanStart() throws Exception {
        fixture.accept("in the backup", ANNA);
        Path made = backup();
        fixture.accept("after it", ANNA);
        fixture.close();
        Path aside = Files.createDirectories(fixture.directory.resolve("replaced/1"));
        new MaintenanceMarker(fixture.directory).begin("restore", aside);
        Files.move(fixture.directory.resolve("queue.db"), aside.resolve("queue.db"));
        Files.writeString(fixture.directory.resolve("queue.db"), "half of it");

        assertThatThrownBy(() -> SqliteQueue.open(fixture.settings(), fixture.clock.steady(), new Random(1)))
                .isInstanceOf(QueueUnavailableException.class)
                .hasMessageContaining("o365-relay restore");
        assertThat(restore(fixture, made, false, false).previous()).isEqualTo(aside);

        assertThat(texts(fixture)).containsExactly("in the backup");
        try (QueueFixture old = new QueueFixture(aside)) {
            assertThat(texts(old)).containsExactly("after it", "in the backup");
        }
    }

    @Test
    void upgradesABackupOfAnOlderRelay() throws Exception {
        fixture.createVersion(3);
        try (QueueFixture other = other()) {
            restore(other, fixture.directory.resolve("queue.db"), false, false);
            assertThat(other.number("PRAGMA user_version")).isEqualTo(Schema.VERSION);
            assertThat(other.accept("new", ANNA)).isNotNull();
        }
    }
}
