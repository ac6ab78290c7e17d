package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Effort;
import org.o365relay.admit.Device;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Devices;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// A process that accepts messages of a device with a limit is killed again and again. The usage on disk
/// includes every message on disk, so a crash never resets usage.
class DeviceUsageCrashTest {

    private static final int ROUNDS = Effort.rounds(4, 40);
    private static final int SESSIONS = 6;
    private static final int RECIPIENTS = 2;

    @Test
    @Timeout(180)
    void countsEveryMessageThatSurvivesACrash(@TempDir Path directory) throws Exception {
        Random random = new Random(20260301);
        QueueFixture fixture = new QueueFixture(directory.resolve("queue"));
        for (int round = 1; round <= ROUNDS; round++) {
            try (ChildJvm child = ChildJvm.start(directory, DeviceUsageCrashTest.class, fixture.directory.toString())) {
                int enough = 1 + random.nextInt(300);
                for (int i = 0; i < enough; i++) {
                    child.awaitLine("ACCEPTED");
                }
                child.kill();
            }
            long recipients = fixture.number("SELECT count(*) FROM recipient");
            long spent = fixture.number("SELECT total(recipients) FROM device_usage");
            assertThat(spent)
                    .as("round %d: at least what was accepted, and at most what was just being committed more", round)
                    .isBetween(recipients, recipients + (long) round * SESSIONS * RECIPIENTS);
        }
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    /// The process that is killed.
    public static void main(String[] arguments) throws Exception {
        InstantSource clock = InstantSource.system();
        QueueFixture fixture = new QueueFixture(Path.of(arguments[0]));
        JdbcQueue queue =
                SqliteQueue.open(fixture.settings(), SteadyClock.following(clock), RandomGenerator.getDefault());
        Devices devices = new Devices(queue.devices().all(), SteadyClock.following(clock), ZoneOffset.UTC);
        queue.devices().startPersisting(devices);
        for (int session = 0; session < SESSIONS; session++) {
            Device device = devices.at(InetAddress.ofLiteral("192.168.10." + (1 + session % 3)));
            Thread.ofPlatform().start(() -> accept(queue, device, fixture));
        }
    }

    private static void accept(JdbcQueue queue, Device device, QueueFixture fixture) {
        DeviceLimits limits = new DeviceLimits(10, null, null, 1_000_000);
        while (device.reserveRecipient(limits)
                .or(() -> device.reserveRecipient(limits))
                .isEmpty()) {
            device.messageAccepted(RECIPIENTS, RECIPIENTS, 100);
            queue.intake()
                    .receive()
                    .commit(
                            fixture.arrival(),
                            QueueFixture.routed(QueueFixture.envelope(ANNA, BERT)),
                            SearchableHeaders.NONE,
                            new byte[100])
                    .join();
            System.out.println("ACCEPTED");
        }
    }
}
