package org.o365relay.queue.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.admit.Devices;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.QueueUnavailableException.Reason;
import org.o365relay.queue.jdbc.ChildJvm;
import org.o365relay.queue.jdbc.QueueFixture;
import org.o365relay.time.SteadyClock;

@Timeout(60)
class ReadOnlyQueueTest {

    private static final InetAddress PRINTER = InetAddress.ofLiteral("192.168.10.7");

    private Path scratch;
    private QueueFixture fixture;

    @BeforeEach
    void open(@TempDir Path parent) {
        scratch = parent;
        fixture = new QueueFixture(parent.resolve("a queue 100%25 #1"));
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    private void count() {
        Devices devices =
                new Devices(fixture.queue().devices().all(), SteadyClock.following(fixture.clock), ZoneOffset.UTC);
        fixture.queue().devices().startPersisting(devices);
        devices.at(PRINTER).rejected();
        fixture.writeDevices(200);
    }

    @Test
    void readsTheQueueOfARunningRelayWithoutDelayingIt() throws Exception {
        count();
        assertThatThePrinterIsListed(1);
        fixture.accept("afterwards", ANNA);
        count();
        assertThatThePrinterIsListed(2);
    }

    @Test
    void readsTheQueueOfAStoppedRelay() throws Exception {
        count();
        fixture.close();
        assertThatThePrinterIsListed(1);
    }

    @Test
    void readsTheQueueOfAKilledRelay() throws Exception {
        leaveAKilledRelay();
        assertThatThePrinterIsListed(1);
    }

    private void leaveAKilledRelay() throws Exception {
        try (ChildJvm child = ChildJvm.start(scratch, ReadOnlyQueueTest.class, fixture.directory.toString())) {
            child.awaitLine("COUNTED");
            child.kill();
        }
        assertThat(fixture.directory.resolve("queue.db-wal")).isNotEmptyFile();
    }

    /// The process that is killed.
    public static void main(String[] arguments) throws IOException {
        ReadOnlyQueueTest relay = new ReadOnlyQueueTest();
        relay.fixture = new QueueFixture(Path.of(arguments[0]));
        relay.count();
        System.out.println("COUNTED");
        System.in.read();
    }

    @Test
    void reportsAMissingQueueAndCreatesNone() {
        assertUnavailable(Reason.UNUSABLE_DIRECTORY, "there is no queue in " + fixture.directory);
        assertThat(fixture.directory).doesNotExist();
    }

    @Test
    void readsNoDevicesFromAQueueOfVersion1AndDoesNotUpgradeIt() throws Exception {
        fixture.createVersionOne();
        assertThat(new ReadOnlyQueue(fixture.directory).devices()).isEmpty();
        assertThat(fixture.number("PRAGMA user_version")).isEqualTo(1);
    }

    @Test
    void doesNotReadAQueueOfANewerRelay() {
        count();
        fixture.close();
        fixture.execute("PRAGMA user_version = 99");
        assertUnavailable(Reason.NEWER_SCHEMA, "newer o365-relay");
    }

    @Test
    void reportsADamagedDatabase() throws IOException {
        Files.createDirectories(fixture.directory);
        Files.writeString(fixture.directory.resolve("queue.db"), "Dear admin, this was never a database. ".repeat(500));
        assertUnavailable(Reason.DAMAGED, "is damaged");
    }

    @Test
    void reportsALogWithoutIndex() throws Exception {
        leaveAKilledRelay();
        Files.delete(fixture.directory.resolve("queue.db-shm"));
        assertUnavailable(Reason.UNUSABLE_DIRECTORY, "cannot be read", "queue.db-shm");
        assertThat(fixture.directory.resolve("queue.db-shm")).doesNotExist();
    }

    private void assertThatThePrinterIsListed(int refusals) throws Exception {
        Map<String, FileTime> before = files();
        assertThat(new ReadOnlyQueue(fixture.directory).devices())
                .singleElement()
                .matches(device -> device.address().equals(PRINTER))
                .matches(device -> device.rejections() == refusals);
        assertThat(files()).isEqualTo(before);
    }

    private Map<String, FileTime> files() throws IOException {
        Map<String, FileTime> files = new TreeMap<>();
        try (Stream<Path> list = Files.list(fixture.directory)) {
            for (Path file : list.toList()) {
                files.put(file.getFileName().toString(), Files.getLastModifiedTime(file));
            }
        }
        return files;
    }

    private void assertUnavailable(Reason reason, String... words) {
        assertThatThrownBy(() -> new ReadOnlyQueue(fixture.directory).devices())
                .isInstanceOfSatisfying(QueueUnavailableException.class, e -> {
                    assertThat(e.reason()).isEqualTo(reason);
                    assertThat(e.getMessage()).contains(words).doesNotContain("\n", "Exception");
                });
    }
}
