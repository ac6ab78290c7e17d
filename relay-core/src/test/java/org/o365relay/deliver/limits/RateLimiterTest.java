package org.o365relay.deliver.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
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
            clock.advance(Duration.ofMillis(i % 3)); // nobody is as exact as that
        }
        double minutes = Duration.between(begin, clock.instant()).toMillis() / 60_000.0;
        assertThat(2000 / minutes).isCloseTo(30, Percentage.withPercentage(2));
    }

    @Test
    void neverSendsMoreThanABurstAndTheRateInAnyMinute() {
        RateLimiter pace = new RateLimiter(30, 5, clock);
        clock.advance(Duration.ofHours(3)); // does not save up
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
}
