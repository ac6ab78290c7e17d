package org.o365relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.journal.RememberingJournal;
import org.o365relay.queue.QueueException;

class ClockMonitorTest {

    private final ManualClock calendar = new ManualClock("2026-11-21T08:00:00Z");
    private final RememberingJournal journal = new RememberingJournal();
    private int saved;
    private boolean isBroken;
    private final ClockMonitor monitor = new ClockMonitor(calendar.steady(), this::save, journal);

    private void save() {
        saved++;
        if (isBroken) {
            throw new QueueException("disk full");
        }
    }

    private void checkForMinutes(int minutes) {
        for (int second = 0; second < minutes * 60; second++) {
            calendar.advance(Duration.ofSeconds(1));
            monitor.check();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT2M", "PT-2M", "PT1H", "PT-1H", "P20D", "P-20D", "P20000D", "PT3S"})
    void recordsEachChangeOnceAndStoresTheTimeAtOnce(Duration jump) {
        checkForMinutes(1);
        calendar.jump(jump);
        checkForMinutes(1);
        assertThat(journal.lines("clock-changed")).containsExactly("clock-changed by " + jump);
        assertThat(saved).isEqualTo(1);
    }

    @Test
    void recordsTheCorrectionToo() {
        calendar.jump(Duration.ofHours(1));
        monitor.check();
        calendar.jump(Duration.ofHours(-1));
        monitor.check();
        assertThat(journal.lines("clock-changed")).containsExactly("clock-changed by PT1H", "clock-changed by PT-1H");
    }

    @Test
    void isSilentAboutSmallCorrections() {
        for (int second = 0; second < 100; second++) {
            calendar.jump(Duration.ofMillis(900));
            checkForMinutes(0);
            monitor.check();
        }
        assertThat(journal.events()).isEmpty();
    }

    @Test
    void storesTheTimeEveryFiveMinutesEvenIfTheQueueFails() {
        isBroken = true;
        checkForMinutes(14);
        assertThat(saved).isEqualTo(2);
    }
}
