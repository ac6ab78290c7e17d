package org.o365relay.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.sandbox.Sandbox;
import org.o365relay.sandbox.message.AcceptedMessage;
import org.o365relay.sandbox.settings.SandboxSettings.Keep;

/// Memory does not grow with the message.
final class LargeMessageTest {

    private static final int LINES = 1 << 20;
    private static final String LINE = "x".repeat(98) + "\r\n";

    @TempDir
    Path directory;

    @TempDir
    Path office;

    @Test
    @Timeout(60)
    void relaysAMessageOf100MiBWithAHeapOf64MiB() throws Exception {
        try (Sandbox sandbox =
                Sandbox.start(RelayFixture.sandboxSettings(office).with(Keep.RECORDS))) {
            Path config = ConfigText.write(directory, sandbox, "relay.limits.message-size = 120MiB");
            try (Program relay = Program.start(
                            List.of("-Xmx64m", "-XX:TieredStopAtLevel=4"),
                            Map.of(),
                            "run",
                            "--config",
                            config.toString());
                    Device device = new Device(relay.address())) {
                String header = "From: scan@contoso.example\r\nSubject: large\r\n\r\n";
                device.begin();
                device.write(header);
                byte[] piece = LINE.repeat(1_024).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                for (int sent = 0; sent < LINES; sent += 1_024) {
                    device.write(piece);
                }
                assertThat(device.say(".")).startsWith("250 2.0.0 Queued as");

                assertThat(sandbox.awaitCount(1, Duration.ofSeconds(30)))
                        .as(relay.said())
                        .isTrue();
                AcceptedMessage arrived = sandbox.accepted().getFirst();
                long added = arrived.size() - (long) LINES * LINE.length() - header.length();
                assertThat(added).as("what the relay adds to the header").isBetween(1L, 1_500L);
            }
        }
    }
}
