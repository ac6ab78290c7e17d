package org.o365relay.queue.jdbc.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.o365relay.queue.jdbc.QueueFixture.ANNA;
import static org.o365relay.queue.jdbc.QueueFixture.BERT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.queue.Incoming;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueFailure;
import org.o365relay.queue.QueueFailure.Kind;
import org.o365relay.queue.jdbc.ChildJvm;
import org.o365relay.queue.jdbc.QueueFixture;
import org.o365relay.queue.jdbc.sqlite.FaultyDisk.Fault;
import org.o365relay.queue.jdbc.sqlite.FaultyDisk.Operation;
import org.o365relay.queue.jdbc.sqlite.FaultyDisk.Place;

/// A relay starts on a disk that became full while it was stopped, or while it crashed in the middle of sending
/// one message and receiving another.
@Timeout(60)
class StartOnFullDiskTest {

    private static final List<String> ENDS = List.of("stopped", "killed");

    @ParameterizedTest
    @CsvSource({"full, false, [WRITE_FAILED]", "broken, false, [WRITE_FAILED]", "no-index, true, []"})
    void acceptsAndDeliversNothingUntilItHasRecovered(
            String fault, String writable, String failures, @TempDir Path directory) throws Exception {
        try (ChildJvm child = ChildJvm.start(directory, StartOnFullDiskTest.class, fault, directory.toString())) {
            for (String end : ENDS) {
                assertThat(child.awaitLine(end))
                        .isEqualTo(writable + " " + failures + " interrupted, waiting, new; incoming: 0");
            }
        }
    }

    /// The process whose disk is full.
    public static void main(String[] arguments) throws Exception {
        FaultyDisk disk = new FaultyDisk();
        for (String end : ENDS) {
            Path data = data(Path.of(arguments[1], end), end.equals("killed"));
            try (QueueFixture fixture = new QueueFixture(data)) {
                disk.arm(fault(arguments[0]), 1);
                boolean writable = fixture.queue().intake().isWritable();
                List<Kind> failures = fixture.queue().load().failures().stream()
                        .map(QueueFailure::kind)
                        .toList();
                if (!writable) {
                    assertThatThrownBy(() -> fixture.accept("lost", ANNA)).hasCauseInstanceOf(QueueException.class);
                    assertThatThrownBy(() -> fixture.claim(2)).isInstanceOf(QueueException.class);
                }
                assertThat(data.resolve(SpaceReserve.FILE)).hasSize(64 * 1024);
                assertThat(disk.disarm()).isPositive();
                fixture.accept("new", BERT);
                System.out.println(end + " " + writable + " " + failures + " "
                        + fixture.claim(10).stream().map(fixture::text).collect(Collectors.joining(", "))
                        + "; incoming: " + fixture.number("SELECT count(*) FROM incoming"));
            }
        }
    }

    private static Fault fault(String name) {
        return switch (name) {
            case "full" -> Fault.full(Place.LOG, true, false);
            case "broken" -> Fault.of(Operation.SYNC, Place.LOG, true, false);
            default -> Fault.of(Operation.SHARED_MAP, Place.DATABASE, false, false);
        };
    }

    private static Path data(Path directory, boolean killed) throws IOException {
        Path data = directory.resolve("data");
        Path copy = directory.resolve("copy");
        try (QueueFixture fixture = new QueueFixture(data)) {
            fixture.accept("interrupted", ANNA);
            fixture.accept("waiting", BERT);
            assertThat(fixture.claim(1)).hasSize(1);
            fixture.receive(new byte[2 * Incoming.CHUNK_SIZE]);
            Files.createDirectory(copy);
            try (Stream<Path> files = Files.list(data)) {
                for (Path file : files.toList()) {
                    Files.copy(file, copy.resolve(file.getFileName()));
                }
            }
        }
        return killed ? copy : data;
    }
}
