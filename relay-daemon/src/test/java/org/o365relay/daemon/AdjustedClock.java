package org.o365relay.daemon;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.o365relay.time.SteadyClock;

/// The system clock and its counter of nanoseconds. A test can let time pass on both, or set the clock. Waits
/// that have begun end when they would have ended before.
final class AdjustedClock implements InstantSource {

    private final AtomicReference<Duration> passed = new AtomicReference<>(Duration.ZERO);
    private final AtomicReference<Duration> offset = new AtomicReference<>(Duration.ZERO);

    @Override
    public Instant instant() {
        return Instant.now().plus(passed.get()).plus(offset.get());
    }

    SteadyClock steady() {
        return new SteadyClock(this, () -> System.nanoTime() + passed.get().toNanos());
    }

    /// Lets time pass.
    void advance(Duration time) {
        var _ = passed.accumulateAndGet(time, Duration::plus);
    }

    /// Sets the clock forward or back. No time passes.
    void jump(Duration by) {
        var _ = offset.accumulateAndGet(by, Duration::plus);
    }
}
