package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.RelaySettings;
import org.o365relay.admit.Device;
import org.o365relay.admit.DeviceLimits;
import org.o365relay.admit.Devices;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.daemon.cli.CommandLines;
import org.o365relay.daemon.cli.DevicesCommand;
import org.o365relay.mail.Deviation;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// `o365-relay devices` on real queues, while a relay runs and without one.
@Timeout(60)
final class DevicesCommandTest {

    private static final DeviceLimits BUDGET = new DeviceLimits(10, null, null, 500);

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CliEnvironment environment = new CliEnvironment(
                _ -> {
                    throw new AssertionError("devices reads the queue");
                },
                InstantSource.system(),
                ZoneId.systemDefault(),
                Optional::empty,
                () -> 80,
                new ByteArrayOutputStream());
        return CommandLines.of(new DevicesCommand(environment))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words(arguments));
    }

    private String[] words(String... arguments) {
        String[] words = new String[arguments.length + 3];
        words[0] = "devices";
        words[1] = "--config";
        words[2] = directory.resolve("relay.conf").toString();
        System.arraycopy(arguments, 0, words, 3, arguments.length);
        return words;
    }

    private Path configure() throws IOException {
        return Files.writeString(directory.resolve("relay.conf"), """
            relay {
              hostname = "relay.contoso.example"
              listeners = [ { address = "127.0.0.1", port = 0 } ]
              trusted-networks = [ { network = "127.0.0.0/8", name = "2nd floor", recipients-per-day = 500 }, "::1" ]
              data-directory = "queue"
              mailboxes = [ { address = "relay@contoso.example", credential { password = "secret" } } ]
            }
            """);
    }

    private void recordDevices() throws Exception {
        RelaySettings settings = RelayFixture.settings(configure());
        InstantSource clock = InstantSource.system();
        try (JdbcQueue queue = SqliteQueue.open(settings.queue(), SteadyClock.following(clock), new Random(1))) {
            Devices devices = new Devices(SteadyClock.following(clock));
            queue.devices().startPersisting(devices);
            devices.at(InetAddress.ofLiteral("192.168.10.7")).rejected();
            Device printer = devices.at(InetAddress.ofLiteral("127.0.0.9"));
            printer.setHelo("MFP");
            for (int i = 0; i < 3; i++) {
                printer.deviated(Deviation.BARE_LINE_FEED);
                assertThat(printer.reserveRecipient(BUDGET)).isEmpty();
                printer.messageAccepted(1, 1, 2_048);
            }
        }
    }

    @Test
    void listsTheDevicesOfAStoppedRelayMostRecentFirst() throws Exception {
        recordDevices();
        assertThat(run()).as(err.toString()).isZero();
        assertThat(out.toString())
                .containsPattern("(?s)DEVICE .*\\R127\\.0\\.0\\.9 .*\\R192\\.168\\.10\\.7 ")
                .containsPattern("127\\.0\\.0\\.9 +today +3 +0 +0 +0 +100%\\R +7 days +3 +0 +0 +0 +100%\\R"
                        + "  2nd floor; HELO MFP; last seen .*; first seen 2.*\\R"
                        + "  total: 3 messages, 6\\.0 KiB, 0 rejected; recipients in 24 h: 3 of 500\\R"
                        + "  ends lines with LF instead of CRLF \\(3 times\\)\\R");
        assertThat(directory.resolve("queue"))
                .isDirectoryNotContaining(file -> file.toString().endsWith("-wal"));
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.9,       1, 127.0.0.9",
        "127.0.0.0/8,     1, 127.0.0.9",
        "192.168.10.0/24, 1, 192.168.10.7",
        "0.0.0.0/0,       2, 192.168.10.7",
        "10.0.0.7,        0, No device has connected yet from 10.0.0.7/32."
    })
    void showsOnlyTheSelectedDevices(String network, int devices, String expected) throws Exception {
        recordDevices();
        assertThat(run(network)).isZero();
        assertThat(out.toString()).contains(expected);
        assertThat(out.toString().lines().filter(line -> line.matches("1[29][0-9.]+ .*")))
                .hasSize(devices);
        assertThat(run("--json", network)).isZero();
        assertThat(out.toString().lines().filter(line -> line.startsWith("  {\"address\":")))
                .hasSize(devices);
    }

    @Test
    void showsTheDevicesOfARunningRelay() throws Exception {
        try (RelayFixture fixture = new RelayFixture(directory, directory.resolve("office")).start();
                org.o365relay.daemon.Device device = fixture.device()) {
            device.send("a scan");
            long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            do {
                out.getBuffer().setLength(0);
                assertThat(run("--json")).as(err.toString()).isZero();
                assertThat(System.nanoTime()).as(out.toString()).isLessThan(end);
            } while (!out.toString().contains("\"address\":\"127.0.0.1\""));
            device.send("another");
            fixture.received(2);
        }
        assertThat(run()).isZero();
        assertThat(out.toString()).contains("127.0.0.1 ");
    }

    @Test
    void listsFirstWhoSentMost() throws Exception {
        recordDevices();
        assertThat(run("--top")).as(err.toString()).isZero();
        assertThat(out.toString()).containsPattern("(?s)\\R127\\.0\\.0\\.9 .*\\R192\\.168\\.10\\.7 ");
        out.getBuffer().setLength(0);
        assertThat(run("--top", "1")).isZero();
        assertThat(out.toString()).contains("127.0.0.9 ").doesNotContain("192.168.10.7 ");
        assertThat(run("--top", "0")).isEqualTo(64);
        assertThat(err.toString()).contains("--top must be 1 or more, not 0");
    }

    @Test
    void showsADeviceWhoseRecipientsFail() throws Exception {
        try (RelayFixture fixture = new RelayFixture(directory, directory.resolve("office"))
                .with("rcpt/nobody@contoso.example:550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found")
                .start()) {
            for (int i = 0; i < 3; i++) {
                try (org.o365relay.daemon.Device device = fixture.device()) {
                    device.send("scan " + i, "nobody@contoso.example");
                    device.send("copy " + i, "anna@contoso.example");
                }
            }
            fixture.journal().await("failed", 3);
            fixture.journal().await("delivered", 3);
            fixture.stop(); // writes the counters
            assertThat(run()).as(err.toString()).isZero();
            assertThat(out.toString())
                    .containsPattern("127\\.0\\.0\\.1 +today +6 +3 +3 +0 +100%\\R")
                    .containsPattern(
                            "\\R  3 of 3 to nobody@contoso\\.example have failed since \\d\\d:\\d\\d: .*does\\R  not");

            fixture.start();
            assertThat(run("--json")).isZero();
            assertThat(out.toString())
                    .as("after a restart")
                    .contains(
                            "\"today\":{\"accepted\":6,\"delivered\":3,\"failed\":3,\"rejected\":0,\"share\":100.0}",
                            "\"failing\":[{\"address\":\"nobody@contoso.example\",\"failed\":3,\"total\":3,"
                                    + "\"reason\":\"recipient-unknown\"");
        }
    }

    @Test
    void exitsWith73IfThereIsNoQueueAndCreatesNone() throws Exception {
        configure();
        assertThat(run()).isEqualTo(73);
        assertThat(err.toString())
                .contains("o365-relay: there is no queue in " + directory.resolve("queue"))
                .doesNotContain("\tat ");
        assertThat(directory.resolve("queue")).doesNotExist();
    }

    @Test
    void exitsWith65IfTheQueueIsDamaged() throws Exception {
        configure();
        Files.createDirectory(directory.resolve("queue"));
        Files.writeString(directory.resolve("queue/queue.db"), "this is no database, it only pretends\n".repeat(500));
        assertThat(run()).isEqualTo(65);
        assertThat(err.toString()).contains("is damaged").doesNotContain("\tat ");
    }

    @Test
    void exitsWith64IfTheAddressIsInvalid() throws Exception {
        configure();
        assertThat(run("printer-3")).isEqualTo(64);
        assertThat(err.toString()).contains("'printer-3' is neither an IP address");
    }
}
