package org.o365relay.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryScheduleTest {

    private static final Instant RECEIVED = Instant.parse("2026-11-21T08:00:00Z");
    private final RetrySchedule schedule = new RetrySchedule(Duration.ofMinutes(1), Duration.ofDays(5));

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 2", "3, 5", "4, 10", "5, 20", "6, 30", "7, 60", "8, 60", "100, 60"})
    void increasesTheDelayAndAddsUpToTenPercent(int attempts, int minutes) {
        for (int seed = 0; seed < 50; seed++) {
            Instant next = schedule.next(attempts, RECEIVED, RECEIVED, new Random(seed))
                    .orElseThrow();
            assertThat(Duration.between(RECEIVED, next))
                    .isBetween(
                            Duration.ofMinutes(minutes),
                            Duration.ofMinutes(minutes).multipliedBy(11).dividedBy(10));
        }
    }

    @Test
    void expiresAfterFiveDays() {
        Instant now = RECEIVED.plus(Duration.ofDays(5));
        assertThat(schedule.next(90, RECEIVED, now.minusMillis(1), new Random(1)))
                .isPresent();
        assertThat(schedule.next(90, RECEIVED, now, new Random(1))).isEmpty();
    }

    @Test
    void usesAllDelaysForAMessageThatWaitedLongBeforeItsFirstAttempt() {
        Instant now = RECEIVED.plus(Duration.ofDays(30));
        assertThat(schedule.next(6, RECEIVED, now, new Random(1))).isPresent();
        assertThat(schedule.next(7, RECEIVED, now, new Random(1))).isEmpty();
    }
}
