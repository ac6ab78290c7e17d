package org.o365relay.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/// The system clock, which a test can set forward. Waits that have begun end when they would have ended before.
final class AdjustedClock implements InstantSource {

    private final AtomicReference<Duration> offset = new AtomicReference<>(Duration.ZERO);

    @Override
    public Instant instant() {
        return Instant.now().plus(offset.get());
    }

    void advance(Duration time) {
        var _ = offset.accumulateAndGet(time, Duration::plus);
    }
}
