package org.o365relay.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.o365relay.ManualClock;
import org.o365relay.time.SteadyClock.Reading;

class SteadyClockTest {

    private static final Instant START = Instant.parse("2026-07-27T10:00:00Z");
    private static final Duration DAY = Duration.ofDays(1);

    private final ManualClock calendar = new ManualClock("2026-07-27T10:00:00Z");
    private final SteadyClock clock = calendar.steady();

    @Test
    void startsAtTheTimeOfTheCalendarClockAndAdvancesWithIt() {
        assertThat(clock.instant()).isEqualTo(START);
        calendar.advance(Duration.ofMinutes(3));
        assertThat(clock.instant()).isEqualTo(START.plusSeconds(180));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT2M", "PT-2M", "PT1H", "PT-1H", "P20D", "P-20D", "P-20000D", "P20000D"})
    void standsStillWhenTheCalendarClockIsSet(Duration jump) {
        calendar.jump(jump);
        assertThat(clock.instant()).isEqualTo(START);
        assertThat(clock.reading().offset()).isEqualTo(jump);
        calendar.advance(Duration.ofSeconds(1));
        assertThat(clock.instant()).isEqualTo(START.plusSeconds(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT2M", "PT-1H", "P20D", "P-20000D"})
    void convertsTimesByTheirDistanceFromNow(Duration jump) {
        Instant inAnHour = clock.instant().plusSeconds(3600);
        calendar.jump(jump);
        assertThat(clock.toCalendar(inAnHour)).isEqualTo(calendar.instant().plusSeconds(3600));
    }

    @ParameterizedTest(name = "{0} on the calendar counts as {1}")
    @CsvSource({"PT0S, PT0S", "PT10M, PT10M", "P1D, P1D", "P20D, P1D", "PT-1H, PT0S", "P-20000D, PT0S"})
    void countsTheTimeBetweenProcessesWithinBounds(Duration between, Duration counted) {
        calendar.jump(Duration.ofHours(5));
        Reading last = clock.reading();
        calendar.jump(between);
        SteadyClock resumed = calendar.steady().resumed(last, DAY);
        assertThat(resumed.instant()).isEqualTo(START.plus(counted));
        calendar.advance(Duration.ofSeconds(1));
        assertThat(resumed.instant()).isEqualTo(START.plus(counted).plusSeconds(1));
    }

    @Test
    void aCounterThatOverflowsDoesNotMatter() {
        long[] nanos = {Long.MAX_VALUE - 5};
        SteadyClock overflowing = new SteadyClock(calendar, () -> nanos[0]);
        nanos[0] += 10;
        assertThat(overflowing.instant()).isEqualTo(START.plusNanos(10));
    }
}
