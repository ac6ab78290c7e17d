package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.Effort;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;
import org.o365relay.time.SteadyClock;

/// A process that settles messages is killed again and again. After each crash the usage of the account equals
/// the settled recipients, so a crash never resets usage.
class QuotaUsageCrashTest {

    private static final int ROUNDS = Effort.rounds(3, 25);
    private static final int DELIVERIES = 4;

    @Test
    @Timeout(180)
    void countsEverySettledRecipientDespiteACrash(@TempDir Path directory) throws Exception {
        Random random = new Random(20260302);
        QueueFixture fixture = new QueueFixture(directory.resolve("queue"));
        for (int round = 1; round <= ROUNDS; round++) {
            try (ChildJvm child = ChildJvm.start(directory, QuotaUsageCrashTest.class, fixture.directory.toString())) {
                int enough = 1 + random.nextInt(200);
                for (int i = 0; i < enough; i++) {
                    child.awaitLine("SETTLED");
                }
                child.kill();
            }
            assertThat(fixture.number("SELECT total(recipients) FROM quota_usage"))
                    .as("round %d", round)
                    .isPositive()
                    .isEqualTo(fixture.number("SELECT count(*) FROM recipient WHERE state = 'delivered'"));
        }
        assertThat(fixture.inconsistencies()).isEmpty();
    }

    /// The process that is killed.
    public static void main(String[] arguments) throws Exception {
        QueueFixture fixture = new QueueFixture(Path.of(arguments[0]));
        JdbcQueue queue = SqliteQueue.open(fixture.settings(), SteadyClock.system(), RandomGenerator.getDefault());
        for (int delivery = 0; delivery < DELIVERIES; delivery++) {
            Thread.ofPlatform().start(() -> deliver(queue, fixture));
        }
    }

    private static void deliver(JdbcQueue queue, QueueFixture fixture) {
        while (true) {
            queue.intake()
                    .receive()
                    .commit(
                            fixture.arrival(),
                            QueueFixture.routed(QueueFixture.envelope(ANNA, BERT)),
                            SearchableHeaders.NONE,
                            new byte[100])
                    .join();
            for (Claim claim : queue.claims().claim(QueueFixture.SCOPE, 1)) {
                queue.claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
                System.out.println("SETTLED");
            }
        }
    }
}
