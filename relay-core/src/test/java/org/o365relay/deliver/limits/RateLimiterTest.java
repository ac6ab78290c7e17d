package org.o365relay.deliver.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.assertj.core.data.Percentage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.o365relay.ManualClock;

class RateLimiterTest {

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");

    @Test
    void sendsTwoThousandMessagesAtThirtyAMinute() {
        RateLimiter pace = new RateLimiter(30, 10, clock);
        Instant begin = clock.instant();
        for (int i = 0; i < 2000; i++) {
            clock.advance(pace.untilNext());
            assertThat(pace.take(1)).isEqualTo(1);
            clock.advance(Duration.ofMillis(i % 3)); // calls are never exactly on time
        }
        double minutes = Duration.between(begin, clock.instant()).toMillis() / 60_000.0;
        assertThat(2000 / minutes).isCloseTo(30, Percentage.withPercentage(2));
    }

    @Test
    void neverSendsMoreThanABurstAndTheRateInAnyMinute() {
        RateLimiter pace = new RateLimiter(30, 5, clock);
        clock.advance(Duration.ofHours(3)); // idle time does not accumulate
        assertThat(pace.take(100)).isEqualTo(5);
        int left = 0;
        for (int second = 0; second < 60; second++) {
            clock.advance(Duration.ofSeconds(1));
            left += pace.take(100);
        }
        assertThat(left).isCloseTo(30, within(1));
    }

    @Test
    void refundsMessagesThatWereNotSent() {
        RateLimiter pace = new RateLimiter(30, 2, clock);
        assertThat(pace.take(2)).isEqualTo(2);
        assertThat(pace.untilNext()).isEqualTo(Duration.ofSeconds(2));
        pace.refund(1);
        assertThat(pace.untilNext()).isZero();
    }

    @Test
    void isNotDelayedByAClockThatIsSetBack() {
        RateLimiter pace = new RateLimiter(30, 1, clock.steady());
        pace.take(1);
        clock.jump(Duration.ofHours(-5));
        assertThat(pace.untilNext()).isEqualTo(Duration.ofSeconds(2));
        clock.advance(Duration.ofSeconds(2));
        assertThat(pace.take(1)).isEqualTo(1);
    }

    @Test
    void hasNoLimitIfNoneIsConfigured() {
        RateLimiter pace = new RateLimiter(null, 1, clock);
        assertThat(pace.take(100_000)).isEqualTo(100_000);
        assertThat(pace.untilNext()).isZero();
    }

    /// Reports are written as `!`, minutes of waiting as numbers; then the rate, empty if it is not lowered.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        30 |                         |
        30 | !                       | 15
        30 | ! ! ! !                 | 15
        30 | ! 1 !                   | 7
        30 | ! 1 ! 1 !               | 3
        30 | ! 1 ! 1 ! 1 ! 1 !       | 3
        30 | ! 9                     | 15
        30 | ! 10                    |
        30 | ! 9 ! 9                 | 7
        30 | ! 1 ! 10                | 15
        30 | ! 1 ! 1 ! 20            | 15
        30 | ! 1 ! 1 ! 30            |
        30 | ! 600 !                 | 15
        60 | !                       | 30
        4  | !                       | 2
        4  | ! 1 ! 1 !               | 1
        1  | !                       | 1
        1  | ! 10                    |
           | !                       | 15
           | ! 1 ! 1 ! 1 !           | 3
           | ! 1 ! 10                | 15
           | ! 10                    |
        """)
    void lowersTheRateAndRaisesItAgainStepByStep(
            @Nullable Integer limit, @Nullable String events, @Nullable Integer rate) {
        RateLimiter limiter = new RateLimiter(limit, 5, clock);
        for (String event : events == null ? new String[0] : events.split(" ", -1)) {
            if (event.equals("!")) {
                limiter.lower();
            } else {
                clock.advance(Duration.ofMinutes(Integer.parseInt(event)));
            }
        }
        assertThat(limiter.lowered().orElse(null)).isEqualTo(rate);
    }

    @ParameterizedTest
    @CsvSource({"30, 15", "8, 4", ", 15"})
    void sendsAtTheLoweredRateWithoutABurst(@Nullable Integer limit, int rate) {
        RateLimiter limiter = new RateLimiter(limit, 5, clock);
        assertThat(limiter.lower()).as("the first report").isTrue();
        assertThat(limiter.lower()).as("logged once").isFalse();
        assertThat(limiter.take(1)).as("the next message waits").isZero();
        int sent = 0;
        for (int second = 0; second < 120; second++) {
            clock.advance(Duration.ofSeconds(1));
            sent += limiter.take(100);
        }
        assertThat(sent).isEqualTo(2 * rate);
    }

    @Test
    void logsTheNextReportAfterTheRateHasRecovered() {
        RateLimiter limiter = new RateLimiter(30, 5, clock);
        limiter.lower();
        clock.advance(Duration.ofMinutes(10));
        assertThat(limiter.lowered()).isEmpty();
        assertThat(limiter.lower()).isTrue();
    }
}
