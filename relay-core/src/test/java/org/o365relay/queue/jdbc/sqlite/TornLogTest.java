package org.o365relay.queue.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.jdbc.ChildJvm;
import org.o365relay.queue.jdbc.CrashScenes;
import org.o365relay.queue.jdbc.CrashScenes.Scene;
import org.o365relay.queue.jdbc.QueueFixture;

/// A power failure can truncate or corrupt the write-ahead log beyond the last sync. Commits before the damage
/// are complete, those after it are gone.
public class TornLogTest {

    public static final int MESSAGES = 40;
    private static final int TEARS = 30;

    public static byte[] message(int number) {
        return QueueFixture.content(number, number % 8 == 7 ? 2 * Incoming.CHUNK_SIZE + number : 500 + 300 * number);
    }

    @Test
    @Timeout(120)
    void recoversExactlyTheMessagesBeforeTheTear(@TempDir Path directory) throws Exception {
        Path killed = directory.resolve("killed");
        try (ChildJvm child =
                ChildJvm.start(directory, CrashScenes.class, Scene.MANY_COMMITS.name(), killed.toString())) {
            child.awaitLine("REACHED");
            child.kill();
        }
        Random random = new Random(20260301);
        long length = Files.size(killed.resolve("queue.db-wal"));
        assertThat(length).isGreaterThan(1_000_000);
        assertThat(survivors(killed, directory.resolve("whole"), length, random))
                .isEqualTo(MESSAGES);
        for (int i = 0; i < TEARS; i++) {
            long tear = random.nextLong(length);
            int survivors = survivors(killed, directory.resolve("torn-" + i), tear, random);
            assertThat(survivors).as("torn at %d of %d", tear, length).isLessThan(MESSAGES);
        }
    }

    /// @return number of messages in the queue; checks that they are the first ones, and complete
    private static int survivors(Path killed, Path copy, long tear, Random random) throws IOException {
        Files.createDirectories(copy);
        Files.copy(killed.resolve("queue.db"), copy.resolve("queue.db"));
        Files.copy(killed.resolve("queue.db-wal"), copy.resolve("queue.db-wal"));
        tear(copy.resolve("queue.db-wal"), tear, random);
        try (QueueFixture fixture = new QueueFixture(copy)) {
            fixture.clock.advance(Duration.ofHours(1));
            List<Claim> claims = fixture.claim(MESSAGES + 1);
            for (int i = 0; i < claims.size(); i++) {
                assertThat(fixture.read(claims.get(i))).isEqualTo(message(i));
            }
            assertThat(fixture.inconsistencies()).isEmpty();
            return claims.size();
        }
    }

    /// Truncates the log or, half of the time, replaces its end with garbage.
    private static void tear(Path log, long at, Random random) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            byte[] garbage = new byte[Math.toIntExact(file.length() - at)];
            file.setLength(at);
            if (random.nextBoolean()) {
                random.nextBytes(garbage);
                file.seek(at);
                file.write(garbage);
            }
        }
    }
}
