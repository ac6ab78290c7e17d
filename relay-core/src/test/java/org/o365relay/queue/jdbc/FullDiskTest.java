package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.admit.Device;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Devices;
import org.o365relay.queue.QueueException;
import org.o365relay.time.SteadyClock;

/// The write-ahead log cannot grow: the process may not write files longer than 8 MiB, until the limit is
/// lifted.
class FullDiskTest {

    private static final int LIMIT_KIB = 8 * 1024;
    private static final int SIZE = 100_000;

    @Test
    @Timeout(120)
    void losesNoAcknowledgedMessageAndRecoversWithoutARestart(@TempDir Path directory) throws Exception {
        Path data = directory.resolve("queue");
        int accepted;
        try (ChildJvm child = ChildJvm.startLimited(LIMIT_KIB, directory, FullDiskTest.class, data.toString())) {
            accepted = Integer.parseInt(child.awaitLine("FULL"));
            assertThat(accepted).isBetween(10, 190);
            Process lifted = new ProcessBuilder("prlimit", "--pid", Long.toString(child.pid()), "--fsize=unlimited")
                    .inheritIO()
                    .start();
            assertThat(lifted.waitFor()).isZero();
            child.tell("go on");
            assertThat(Integer.parseInt(child.awaitLine("AGAIN"))).isEqualTo(20);
            child.kill();
        }
        try (QueueFixture fixture = new QueueFixture(data)) {
            assertThat(fixture.claim(1_000))
                    .hasSize(accepted + 20)
                    .allSatisfy(claim -> assertThat(fixture.read(claim)).hasSize(SIZE));
            assertThat(fixture.number("SELECT total(recipients) FROM device_usage"))
                    .as("exactly the accepted messages")
                    .isEqualTo(accepted + 20);
            assertThat(fixture.inconsistencies()).isEmpty();
        }
    }

    /// The process with the limit.
    public static void main(String[] arguments) throws Exception {
        QueueFixture fixture = new QueueFixture(Path.of(arguments[0]));
        Devices devices = new Devices(SteadyClock.following(fixture.clock));
        fixture.queue().devices().startPersisting(devices);
        System.out.println("FULL " + accept(fixture, devices, 200));
        System.in.read();
        System.out.println("AGAIN " + accept(fixture, devices, 20));
        System.in.read();
    }

    private static int accept(QueueFixture fixture, Devices devices, int most) {
        Device device = devices.at(InetAddress.ofLiteral("192.168.10.7"));
        DeviceLimits limits = new DeviceLimits(10, null, null, 1_000);
        int accepted = 0;
        for (int i = 0; i < most; i++) {
            assertThat(device.reserveRecipient(limits)).isEmpty();
            LocalDate day = device.messageAccepted(1, 1, SIZE);
            try {
                fixture.accept(QueueFixture.content(i, SIZE), ANNA);
                accepted++;
            } catch (CompletionException e) {
                device.rollBack(day, 1, SIZE);
                if (!(e.getCause() instanceof QueueException)) {
                    throw e;
                }
            }
        }
        return accepted;
    }
}
