package org.o365relay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.alert.AlertFixture.AFTER;
import static org.o365relay.alert.AlertFixture.FIRST;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Priority;
import org.o365relay.mail.RoutedEnvelope;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.Settlement;

class QueueMonitorTest {

    private static final ClaimScope SUPPLY = new ClaimScope(FIRST.toString(), List.of(FIRST.toString()));

    @TempDir
    private Path directory;

    private AlertFixture house;

    @BeforeEach
    void open() {
        house = new AlertFixture(directory);
    }

    @AfterEach
    void close() {
        house.close();
    }

    @Test
    void tellsWhenMailWaitsTooLongAndWhenItHasLeft() {
        accept();
        watch(Duration.ofHours(1), 0, Duration.ofMinutes(61));
        assertThat(house.calls()).isEmpty();
        watch(Duration.ofHours(1), 0, AFTER);
        assertThat(house.calls()).containsExactly("+ queue-age");
        deliver();
        watch(Duration.ofHours(1), 0, AFTER.multipliedBy(2));
        assertThat(house.calls()).containsExactly("+ queue-age", "- queue-age");
    }

    @Test
    void tellsWhenMoreWaitsThanUsual() {
        for (int i = 0; i < 3; i++) {
            accept();
        }
        watch(Duration.ZERO, 3, AFTER.multipliedBy(2));
        assertThat(house.calls()).isEmpty();
        accept();
        watch(Duration.ZERO, 3, AFTER.multipliedBy(2));
        assertThat(house.calls()).containsExactly("+ queue-length");
        deliver();
        watch(Duration.ZERO, 3, AFTER.multipliedBy(2));
        assertThat(house.calls()).containsExactly("+ queue-length", "- queue-length");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            free | floor | used | maximum | alerts
            200  | 100   | 90   | 100     | -
            199  | 100   | 0    | 100     | disk-low
            100  | 100   | 0    | 100     | disk-low
            99   | 100   | 0    | 100     | disk-full disk-low
            200  | 100   | 91   | 100     | queue-large
            200  | 100   | 100  | 100     | queue-large
            200  | 100   | 101  | 100     | queue-full queue-large
            0    | 0     | 0    | 100     | -
            """, useHeadersInDisplayName = true)
    void tellsWhenThereIsLittleRoomOrNone(long free, long floor, long used, long maximum, @Nullable String alerts) {
        QueueMonitor watch = watcher(Duration.ZERO, 0);
        watch.room(new DiskCapacity(free << 20, floor << 20, used << 20, maximum << 20));
        house.pass(AFTER);
        watch.room(new DiskCapacity(1000 << 20, floor << 20, 0, maximum << 20));
        assertThat(names()).isEqualTo(alerts == null ? "" : alerts);
        house.pass(AFTER);
        assertThat(house.board().active()).isEmpty();
    }

    private String names() {
        return String.join(
                " ", house.board().active().stream().map(Alert::name).sorted().toList());
    }

    private void watch(Duration age, int length, Duration time) {
        QueueMonitor watch = watcher(age, length);
        Stream.iterate(Duration.ZERO, gone -> gone.compareTo(time) < 0, gone -> gone.plusSeconds(30))
                .forEach(_ -> {
                    watch.check();
                    house.pass(Duration.ofSeconds(30));
                });
    }

    private QueueMonitor watcher(Duration age, int length) {
        return new QueueMonitor(house.queue(), new AlertSettings(AFTER, age, length, null), house.board(), house.clock);
    }

    private void accept() {
        Arrival arrival = new Arrival(house.clock.instant(), InetAddress.getLoopbackAddress(), "x", "ESMTP");
        Envelope envelope = new Envelope(FIRST, List.of(FIRST), false);
        house.queue()
                .receive()
                .commit(arrival, List.of(new RoutedEnvelope(FIRST.toString(), Priority.NORMAL, envelope)), new byte[] {
                    '.'
                })
                .join();
    }

    /// Everything, the letters to the admin too.
    private void deliver() {
        for (Claim claim : house.queue().claim(SUPPLY, 100)) {
            Outcome outcome = new Outcome.Delivered(AlertFixture.REFUSED);
            house.queue()
                    .settle(
                            claim,
                            new Settlement(Map.of(claim.recipients().getFirst(), outcome), null, true, "x", "x"),
                            List.of());
        }
    }
}
