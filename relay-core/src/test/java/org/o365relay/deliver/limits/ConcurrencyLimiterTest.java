package org.o365relay.deliver.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.o365relay.ManualClock;

class ConcurrencyLimiterTest {

    private final ManualClock clock = new ManualClock("2026-11-21T08:00:00Z");
    private final ConcurrencyLimiter connections = new ConcurrencyLimiter(3, clock);

    @Test
    void theLimitFallsAndRisesByOneAtATime() {
        assertThat(connections.throttled()).as("begins").isTrue();
        assertThat(connections.throttled()).as("continues").isFalse();
        assertThat(connections.limit()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(9));
        assertThat(connections.limit()).isEqualTo(1);
        clock.advance(Duration.ofMinutes(1));
        assertThat(connections.limit()).isEqualTo(2);
        clock.advance(Duration.ofMinutes(10));
        assertThat(connections.limit()).isEqualTo(3);
        assertThat(connections.throttled()).as("begins again").isTrue();
    }

    @Test
    void backsOffIfEvenOneConnectionIsTooMany() throws Exception {
        ConcurrencyLimiter one = new ConcurrencyLimiter(1, clock);
        one.throttled();
        assertThat(one.limit()).isEqualTo(1);
        assertThat(one.acquire(1, Duration.ofMillis(1))).isZero();
        clock.advance(Duration.ofSeconds(5));
        assertThat(one.acquire(1, Duration.ofMillis(1))).isEqualTo(1);
    }

    @Test
    void attemptsAreAcquiredAndReleased() throws Exception {
        assertThat(connections.acquire(2, Duration.ZERO)).isEqualTo(2);
        assertThat(connections.acquire(2, Duration.ZERO)).isEqualTo(1);
        assertThat(connections.acquire(1, Duration.ofMillis(1))).isZero();
        connections.release(2);
        assertThat(connections.acquire(5, Duration.ZERO)).isEqualTo(2);
    }

    @Test
    void wakesAWaitingThread() throws Exception {
        connections.acquire(3, Duration.ZERO);
        Thread waiting = Thread.ofVirtual().start(this::acquireOne);
        connections.release(1);
        assertThat(waiting.join(Duration.ofSeconds(20))).isTrue();
    }

    private void acquireOne() {
        try {
            connections.acquire(1, Duration.ofHours(1));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
