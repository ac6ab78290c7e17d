package org.o365relay.alert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.o365relay.alert.AlertFixture.DELAY;
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
import org.o365relay.mail.SearchableHeaders;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.Settlement;

class QueueMonitorTest {

    private static final ClaimScope SCOPE = new ClaimScope(FIRST.toString(), List.of(FIRST.toString()));

    @TempDir
    private Path directory;

    private AlertFixture fixture;

    @BeforeEach
    void open() {
        fixture = new AlertFixture(directory);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    @Test
    void reportsMailThatWaitsTooLongAndItsDelivery() {
        accept();
        watch(Duration.ofHours(1), 0, Duration.ofMinutes(61));
        assertThat(fixture.calls()).isEmpty();
        watch(Duration.ofHours(1), 0, DELAY);
        assertThat(fixture.calls()).containsExactly("+ queue-age");
        deliver();
        watch(Duration.ofHours(1), 0, DELAY.multipliedBy(2));
        assertThat(fixture.calls()).containsExactly("+ queue-age", "- queue-age");
    }

    @Test
    void reportsTooManyWaitingMessages() {
        for (int i = 0; i < 3; i++) {
            accept();
        }
        watch(Duration.ZERO, 3, DELAY.multipliedBy(2));
        assertThat(fixture.calls()).isEmpty();
        accept();
        watch(Duration.ZERO, 3, DELAY.multipliedBy(2));
        assertThat(fixture.calls()).containsExactly("+ queue-length");
        deliver();
        watch(Duration.ZERO, 3, DELAY.multipliedBy(2));
        assertThat(fixture.calls()).containsExactly("+ queue-length", "- queue-length");
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
    void reportsLowAndExhaustedSpace(long free, long floor, long used, long maximum, @Nullable String alerts) {
        QueueMonitor monitor = watcher(Duration.ZERO, 0);
        monitor.checkSpace(new DiskCapacity(free << 20, floor << 20, used << 20, maximum << 20));
        fixture.pass(DELAY);
        assertThat(names()).isEqualTo(alerts == null ? "" : alerts);
        monitor.checkSpace(new DiskCapacity(1000 << 20, floor << 20, 0, maximum << 20));
        fixture.pass(DELAY);
        assertThat(fixture.alerts().active()).isEmpty();
    }

    private String names() {
        return String.join(
                " ",
                fixture.alerts().active().stream().map(Alert::name).sorted().toList());
    }

    private void watch(Duration age, int length, Duration time) {
        QueueMonitor monitor = watcher(age, length);
        Stream.iterate(Duration.ZERO, elapsed -> elapsed.compareTo(time) < 0, elapsed -> elapsed.plusSeconds(30))
                .forEach(_ -> {
                    monitor.check();
                    fixture.pass(Duration.ofSeconds(30));
                });
    }

    private QueueMonitor watcher(Duration age, int length) {
        return new QueueMonitor(
                fixture.queue().load(),
                new AlertSettings(DELAY, age, length, AlertChannelSettings.NONE),
                fixture.alerts(),
                fixture.clock);
    }

    private void accept() {
        Arrival arrival = new Arrival(fixture.clock.instant(), InetAddress.getLoopbackAddress(), "x", "ESMTP");
        Envelope envelope = new Envelope(FIRST, List.of(FIRST), false);
        fixture.queue()
                .intake()
                .receive()
                .commit(
                        arrival,
                        List.of(new RoutedEnvelope(FIRST.toString(), Priority.NORMAL, envelope)),
                        SearchableHeaders.NONE,
                        new byte[] {'.'})
                .join();
    }

    /// Delivers everything, including the emails to the admin.
    private void deliver() {
        for (Claim claim : fixture.queue().claims().claim(SCOPE, 100)) {
            Outcome outcome = new Outcome.Delivered(AlertFixture.REFUSED);
            fixture.queue()
                    .claims()
                    .settle(
                            claim,
                            new Settlement(Map.of(claim.recipients().getFirst(), outcome), null, true, "x", "x"),
                            List.of(),
                            List.of());
        }
    }
}
