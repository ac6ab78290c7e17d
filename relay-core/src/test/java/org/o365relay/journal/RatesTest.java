package org.o365relay.journal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ManualClock;
import org.o365relay.journal.Event.Deferred;
import org.o365relay.journal.Event.Delivered;
import org.o365relay.journal.Event.Failed;
import org.o365relay.journal.Event.LimitExceeded;
import org.o365relay.journal.Rates.Rate;

class RatesTest {

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:59Z");
    private final Rates rates = new Rates(clock.steady());

    @Test
    void countsEachOutcomeSeparately() {
        accept();
        rates.record(SampleEvents.REJECTED);
        rates.record(new LimitExceeded(SampleEvents.REJECTED, "", "recipients-per-day", Instant.EPOCH));
        times(3, () -> rates.record(new Delivered(SampleEvents.ATTEMPT)));
        times(4, () -> rates.record(new Deferred(SampleEvents.ATTEMPT, Instant.EPOCH, false)));
        times(5, () -> rates.record(new Failed(SampleEvents.ATTEMPT, "", null, false)));

        assertThat(List.of(rates.accepted(), rates.rejected(), rates.delivered(), rates.deferred(), rates.failed()))
                .extracting(Rate::lastMinute)
                .containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void countsTheLastMinuteHourAndDay() {
        accept();
        clock.advance(Duration.ofSeconds(59));
        assertThat(rates.accepted()).isEqualTo(new Rate(1, 1, 1));
        clock.advance(Duration.ofSeconds(1));
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 1, 1));
        clock.advance(Duration.ofMinutes(58));
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 1, 1));
        clock.advance(Duration.ofMinutes(1));
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 0, 1));
        clock.advance(Duration.ofHours(23).minusMinutes(1));
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 0, 1));
        clock.advance(Duration.ofMinutes(1));
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 0, 0));
    }

    @Test
    void countsADayOverRestarts() {
        times(3, () -> rates.record(new Delivered(SampleEvents.ATTEMPT)));
        clock.advance(Duration.ofHours(2));
        accept();
        clock.advance(Duration.ofMinutes(5));

        Rates restarted = new Rates(clock.steady());
        restarted.restore(rates.saved());
        assertThat(restarted.delivered()).isEqualTo(new Rate(0, 0, 3));
        assertThat(restarted.accepted()).isEqualTo(new Rate(0, 1, 1));
        restarted.record(new Delivered(SampleEvents.ATTEMPT));
        Rates again = new Rates(clock.steady());
        again.restore(restarted.saved());
        assertThat(again.delivered()).isEqualTo(new Rate(0, 1, 4));
        clock.advance(Duration.ofHours(22).minusMinutes(6));
        assertThat(again.delivered()).as("23 h 59 min").isEqualTo(new Rate(0, 0, 4));
        clock.advance(Duration.ofMinutes(11));
        assertThat(again.delivered()).as("24 h 10 min").isEqualTo(new Rate(0, 0, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "{}", "{\"counts\":{}}", "{\"counts\":{\"accepted\":{\"x\":1}}}", "[]", "null"})
    void ignoresATextThatIsNotASavedCount(String text) {
        rates.restore(text);
        assertThat(rates.accepted()).isEqualTo(new Rate(0, 0, 0));
    }

    @Test
    void clearsASlotBeforeReusingIt() {
        accept();
        clock.advance(Duration.ofDays(1));
        accept();
        accept();

        assertThat(rates.accepted()).isEqualTo(new Rate(2, 2, 2));
    }

    @Test
    void continuesToCountWhenTheClockIsSetBack() {
        accept();
        clock.jump(Duration.ofHours(-2));
        accept();

        assertThat(rates.accepted()).isEqualTo(new Rate(2, 2, 2));
    }

    @Test
    void losesNoEventWhenCountingConcurrently() throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            threads.add(Thread.ofPlatform().start(() -> times(20_000, this::accept)));
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(rates.accepted()).isEqualTo(new Rate(160_000, 160_000, 160_000));
    }

    private void accept() {
        rates.record(SampleEvents.ACCEPTED);
    }

    private static void times(int count, Runnable event) {
        for (int i = 0; i < count; i++) {
            event.run();
        }
    }
}
