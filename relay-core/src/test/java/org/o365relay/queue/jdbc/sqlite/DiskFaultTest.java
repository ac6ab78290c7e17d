package org.o365relay.queue.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.Effort;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueUnavailableException;
import org.o365relay.queue.jdbc.ChildJvm;
import org.o365relay.queue.jdbc.JdbcQueue;
import org.o365relay.queue.jdbc.QueueFixture;
import org.o365relay.queue.jdbc.sqlite.FaultyDisk.Fault;
import org.o365relay.queue.jdbc.sqlite.FaultyDisk.Operation;
import org.o365relay.queue.jdbc.sqlite.FaultyDisk.Place;
import org.o365relay.queue.maintenance.Finding;
import org.o365relay.queue.maintenance.QueueVerifier;

/// Disk faults below SQLite: every kind of file operation, on the database and on its log, fails at the n-th
/// time for many n, once or permanently, with half a write done or none. No acknowledged message is lost, no
/// message is incomplete, and the queue recovers when the disk works again, with and without a restart.
@Timeout(300)
class DiskFaultTest {

    private static final int[] NEVER = {};

    /// Which operation fails, counted from 1.
    private static final int[] AT =
            Effort.isLong() ? new int[] {1, 2, 3, 4, 6, 9, 13, 20, 31, 48} : new int[] {1, 2, 6, 20};

    @ParameterizedTest
    @ValueSource(strings = {"running", "starting"})
    void losesNothingAndRecoversWhenTheDiskWorksAgain(String scene, @TempDir Path directory) throws Exception {
        try (ChildJvm child = ChildJvm.start(directory, DiskFaultTest.class, scene, directory.toString())) {
            for (int i = 0; i < Operation.values().length * Place.values().length; i++) {
                child.awaitLine("PROGRESS");
            }
            String done = child.awaitLine("DONE");
            System.out.println(scene + ": " + done);
            String[] figures = done.split(" ", 3);
            assertThat(Integer.parseInt(figures[0])).as("rounds").isGreaterThan(15 * AT.length);
            assertThat(Integer.parseInt(figures[1])).as("rounds with a fault").isGreaterThan(5 * AT.length);
        }
    }

    @Test
    void theDatabaseReportsTheFaults(@TempDir Path directory) throws Exception {
        try (ChildJvm child = ChildJvm.start(directory, DiskFaultTest.class, "real", directory.toString())) {
            assertThat(child.awaitLine("FULL")).contains("database or disk is full");
            assertThat(child.awaitLine("BROKEN")).containsIgnoringCase("disk I/O error");
        }
    }

    /// The process whose disk fails.
    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[1]);
        FaultyDisk disk = new FaultyDisk();
        try {
            switch (arguments[0]) {
                case "real" -> real(disk, directory);
                case "running" -> rounds(disk, directory, false);
                default -> rounds(disk, directory, true);
            }
        } catch (AssertionError | RuntimeException e) {
            e.printStackTrace(System.out);
            throw e;
        }
    }

    private static void real(FaultyDisk disk, Path directory) {
        try (QueueFixture fixture = new QueueFixture(directory.resolve("queue"))) {
            fixture.accept("before", ANNA);
            for (Fault fault :
                    List.of(Fault.full(Place.LOG, true, false), Fault.of(Operation.SYNC, Place.LOG, true, false))) {
                disk.arm(fault, 1);
                try {
                    fixture.accept("lost", ANNA);
                } catch (CompletionException e) {
                    System.out.println((fault.error() == 13 ? "FULL " : "BROKEN ") + e.getMessage());
                }
                disk.disarm();
            }
        }
    }

    private static void rounds(FaultyDisk disk, Path directory, boolean starting) throws Exception {
        int rounds = 0;
        int hit = 0;
        for (Operation operation : Operation.values()) {
            for (Place place : Place.values()) {
                for (int n : operation.concerns(place) ? AT : NEVER) {
                    boolean lasting = n % 2 == 1;
                    boolean torn = n % 3 == 0;
                    List<Fault> faults = operation == Operation.WRITE
                            ? List.of(Fault.of(operation, place, lasting, torn), Fault.full(place, lasting, torn))
                            : List.of(
                                    Fault.of(operation, operation == Operation.DELETE ? null : place, lasting, false));
                    for (Fault fault : faults) {
                        Round round = new Round(disk, directory.resolve("round-" + rounds++), fault, n);
                        hit += (starting ? round.starting() : round.running()) > 0 ? 1 : 0;
                    }
                }
                System.out.println("PROGRESS " + operation + " " + place + " " + rounds + " " + hit);
            }
        }
        System.out.println("DONE " + rounds + " " + hit + " rounds with a fault");
    }

    /// One queue, one fault.
    private static final class Round {

        private final FaultyDisk disk;
        private final QueueFixture fixture;
        private final Fault fault;
        private final int n;
        private final Map<String, byte[]> acknowledged = new HashMap<>();
        private final Set<String> tried = new HashSet<>();
        private final Set<String> settled = new HashSet<>();
        private int names;

        Round(FaultyDisk disk, Path directory, Fault fault, int n) {
            this.disk = disk;
            this.fixture = new QueueFixture(directory);
            this.fault = fault;
            this.n = n;
        }

        int running() throws Exception {
            work(false);
            disk.arm(fault, n);
            work(true);
            fixture.returnFreeSpace();
            int failed = disk.disarm();
            work(false); // without a restart
            check();
            fixture.close();
            check();
            fixture.close();
            return failed;
        }

        int starting() throws Exception {
            work(false);
            disk.arm(fault, n);
            fixture.close();
            @Nullable JdbcQueue opened = null;
            try {
                opened = SqliteQueue.open(fixture.settings(), fixture.clock.steady(), new Random(1));
            } catch (QueueUnavailableException e) {
                assertThat(e.getMessage()).contains("queue.db").doesNotContain("\n");
            }
            int failed = disk.disarm();
            if (opened != null) {
                opened.close();
            }
            work(false);
            check();
            fixture.close();
            return failed;
        }

        private void work(boolean mayFail) {
            for (int i = 0; i < 3; i++) {
                accept(mayFail, 700);
            }
            attempt(mayFail, () -> claimAndSettle(2));
            accept(mayFail, 2 * Incoming.CHUNK_SIZE + 1_000);
            accept(mayFail, 40_000);
            attempt(mayFail, () -> claimAndSettle(1));
            attempt(
                    mayFail,
                    () -> fixture.deleteHistoryBefore(fixture.clock.instant().minus(Duration.ofDays(1))));
            attempt(mayFail, this::checkpoint);
            accept(mayFail, 700);
        }

        private void accept(boolean mayFail, int size) {
            String name = "message " + names++;
            byte[] content = QueueFixture.content(names, size);
            byte[] text = name.getBytes(StandardCharsets.UTF_8);
            System.arraycopy(text, 0, content, 0, text.length);
            content[text.length] = '\n';
            tried.add(name);
            attempt(mayFail, () -> {
                fixture.clock.advance(Duration.ofMillis(5));
                fixture.accept(content, ANNA, BERT);
                acknowledged.put(name, content);
            });
        }

        private void claimAndSettle(int most) {
            for (Claim claim : fixture.claim(most)) {
                String name = name(read(claim));
                boolean deliver = claim.attempts() % 2 == 1;
                fixture.queue()
                        .claims()
                        .settle(
                                claim,
                                deliver
                                        ? QueueFixture.delivered(claim)
                                        : QueueFixture.deferred(
                                                claim, fixture.clock.instant().plusSeconds(60)),
                                List.of(),
                                List.of());
                if (deliver) {
                    settled.add(name);
                }
            }
        }

        private void checkpoint() {
            fixture.write(statements -> {
                statements.connection().commit();
                return Sqlite.number(statements.connection(), "PRAGMA wal_checkpoint(TRUNCATE)");
            });
        }

        private static void attempt(boolean mayFail, Runnable step) {
            try {
                step.run();
            } catch (CompletionException | QueueException e) {
                Throwable failure = e.getCause() instanceof QueueException cause ? cause : e;
                assertThat(mayFail).as("the disk works: %s", failure).isTrue();
                assertThat(failure).as("names the cause").message().containsIgnoringCase("disk");
            }
        }

        /// Every acknowledged and unsettled message is in the queue as it was sent; any other message in it was
        /// sent, too, and is complete.
        private void check() throws Exception {
            fixture.clock.advance(Duration.ofHours(3)); // leases of claims that failed have ended
            Set<String> found = new HashSet<>();
            List<Claim> claims = fixture.claim(100);
            for (Claim claim : claims) {
                byte[] content = read(claim);
                String name = name(content);
                assertThat(found.add(name)).as("%s is there once", name).isTrue();
                assertThat(tried).contains(name);
                byte[] sent = acknowledged.get(name);
                if (sent != null) {
                    assertThat(Arrays.equals(content, sent))
                            .as("%s is as it was sent", name)
                            .isTrue();
                }
            }
            Set<String> open = new HashSet<>(acknowledged.keySet());
            open.removeAll(settled);
            assertThat(found).as("%s at %d", fault, n).containsAll(open);
            assertThat(found).as("%s at %d: nothing comes back", fault, n).doesNotContainAnyElementsOf(settled);
            claims.forEach(fixture.queue().claims()::putBack);
            List<Finding> damages = new QueueVerifier(fixture.settings(), fixture.clock)
                    .verify().stream().filter(Finding::isDamage).toList();
            assertThat(damages).as("%s at %d", fault, n).isEmpty();
        }

        private byte[] read(Claim claim) {
            try (InputStream in = fixture.queue().claims().content(claim)) {
                return in.readAllBytes();
            } catch (IOException e) {
                throw new CompletionException(new QueueException(new SQLException("disk: " + e.getMessage()), false));
            }
        }

        private static String name(byte[] content) {
            String text = new String(content, 0, Math.min(content.length, 40), StandardCharsets.ISO_8859_1);
            return text.substring(0, text.indexOf('\n'));
        }
    }
}
