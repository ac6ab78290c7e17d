package org.o365relay.queue.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.QueueSettings;
import org.o365relay.queue.QueueSettings.KeepContent;
import org.o365relay.queue.SpaceShortage;
import org.o365relay.queue.jdbc.sqlite.SqliteQueue;

@Timeout(60)
class FreeSpaceTest {

    @Test
    void reportsAShortageWhileTheQueueHasItsMaximumSize(@TempDir Path directory) throws Exception {
        QueueSettings settings = new QueueSettings(directory, 0, 400_000, Duration.ofDays(30));
        QueueFixture fixture = new QueueFixture(directory);
        try (JdbcQueue queue = SqliteQueue.open(settings, fixture.clock.steady(), new Random(1))) {
            assertThat(queue.intake().shortageFor(0)).isEmpty();
            assertThat(queue.intake().shortageFor(400_000)).contains(SpaceShortage.QUEUE);
            assertThat(queue.intake().shortageFor(999_999_999_999_999_999L)).isPresent();
            for (int i = 0; i < 4; i++) {
                queue.intake()
                        .receive()
                        .commit(
                                fixture.arrival(),
                                QueueFixture.routed(QueueFixture.envelope(ANNA)),
                                SearchableHeaders.NONE,
                                new byte[100_000])
                        .join();
            }
            assertThat(queue.intake().shortageFor(0)).contains(SpaceShortage.QUEUE);
            for (Claim claim : queue.claims().claim(QueueFixture.SCOPE, 3)) {
                queue.claims().settle(claim, QueueFixture.delivered(claim), List.of(), List.of());
            }
            assertThat(queue.intake().shortageFor(0)).isEmpty();
        }
    }

    @Test
    void keptContentGivesWayBeforeTheQueueIsNearlyFullOrTheDiskShort(@TempDir Path directory) throws Exception {
        FreeSpace space = new FreeSpace(new QueueSettings(directory, 300, 1000, Duration.ofDays(30)), () -> 1000);
        space.updateUsage(new Dialect.Usage(500, 0));
        assertThat(space.headroomForKeptContent()).as("80% of the queue").isEqualTo(300);
        space.updateUsage(new Dialect.Usage(850, 0));
        assertThat(space.headroomForKeptContent()).isEqualTo(-50);
        FreeSpace tight = new FreeSpace(new QueueSettings(directory, 300, 1000, Duration.ofDays(30)), () -> 290);
        assertThat(tight.headroomForKeptContent()).isEqualTo(-10);
    }

    @Test
    void deletesKeptContentThatTakesSpaceFromNewMail(@TempDir Path directory) throws Exception {
        KeepContent keep = new KeepContent(Duration.ofDays(7), Duration.ZERO, 1L << 30);
        QueueSettings settings = new QueueSettings(directory, 0, 500_000, Duration.ofDays(30)).withKeepContent(keep);
        QueueFixture fixture = new QueueFixture(directory);
        try (JdbcQueue queue = SqliteQueue.open(settings, fixture.clock.steady(), new Random(1))) {
            for (int i = 0; i < 4; i++) {
                queue.intake()
                        .receive()
                        .commit(
                                fixture.arrival(),
                                QueueFixture.routed(QueueFixture.envelope(ANNA)),
                                SearchableHeaders.NONE,
                                new byte[100_000])
                        .join();
            }
            for (Claim claim : queue.claims().claim(QueueFixture.SCOPE, 4)) {
                queue.claims().settle(claim, QueueFixture.failed(claim), List.of(), List.of());
            }
            assertThat(queue.load().capacity().used()).isGreaterThan(400_000);

            queue.housekeeper().deleteKeptContent();

            assertThat(queue.load().capacity().used()).isBetween(200_000L, 400_000L);
        }
    }

    @Test
    void reportsAShortageBelowTheMinimumFreeSpace(@TempDir Path directory) throws Exception {
        long free = Files.getFileStore(directory).getUsableSpace();
        FreeSpace tight = new FreeSpace(new QueueSettings(directory, free * 2, 1L << 40, Duration.ofDays(30)));
        assertThat(tight.shortageFor(0)).contains(SpaceShortage.DISK);
        FreeSpace wide = new FreeSpace(new QueueSettings(directory, free / 2, 1L << 60, Duration.ofDays(30)));
        assertThat(wide.shortageFor(0)).isEmpty();
        assertThat(wide.shortageFor(free)).contains(SpaceShortage.DISK);
        wide.measureFree();
        assertThat(wide.shortageFor(0)).isEmpty();
    }
}
