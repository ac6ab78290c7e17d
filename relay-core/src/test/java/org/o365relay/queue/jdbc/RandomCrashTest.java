package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Effort;
import org.o365relay.queue.Claim;

/// A relay under load is killed with SIGKILL at random moments, always in the same data directory. In the end
/// every message that got a 250 is in the queue, byte for byte, and no partial message is.
class RandomCrashTest {

    private static final int ROUNDS = Effort.rounds(4, 100);
    private static final int MOST_ANSWERS = 100;

    @Test
    @Timeout(300)
    void losesNoAcknowledgedMessageWhenKilled(@TempDir Path directory) throws Exception {
        Random random = new Random(20260301);
        Devices devices = new Devices();
        Path data = directory.resolve("queue");
        for (int round = 0; round < ROUNDS; round++) {
            try (ChildJvm relay = ChildJvm.start(directory, CrashedRelay.class, data.toString())) {
                int port = Integer.parseInt(relay.awaitLine("LISTENING"));
                devices.send(port, round, 1 + random.nextInt(MOST_ANSWERS), relay::kill);
            }
        }

        try (QueueFixture fixture = new QueueFixture(data)) {
            Set<String> found = namesOfWholeMessages(fixture);
            assertThat(devices.unexpected()).isEmpty();
            assertThat(devices.acknowledged()).hasSizeGreaterThan(ROUNDS);
            assertThat(found).containsAll(devices.acknowledged());
            assertThat(fixture.number("SELECT total(recipients) FROM device_usage"))
                    .as("the usage includes every message")
                    .isGreaterThanOrEqualTo(found.size());
            assertThat(fixture.inconsistencies()).isEmpty();
        }
    }

    /// @return the names of all messages in the queue; checks that each is there once and as it was sent
    private static Set<String> namesOfWholeMessages(QueueFixture fixture) {
        Instant now = Instant.now();
        fixture.clock.advance(Duration.between(fixture.clock.instant(), now).plus(Duration.ofDays(2)));
        Set<String> names = new HashSet<>();
        List<Claim> claims = fixture.claim(100);
        while (!claims.isEmpty()) {
            for (Claim claim : claims) {
                String content = new String(fixture.read(claim), StandardCharsets.US_ASCII);
                String name = content.lines().findFirst().orElseThrow().substring("Subject: ".length());
                assertThat(content.equals(Devices.content(name)))
                        .as("message %s is as it was sent", name)
                        .isTrue();
                assertThat(names.add(name)).as("message %s is there once", name).isTrue();
            }
            claims = fixture.claim(100);
        }
        return names;
    }
}
