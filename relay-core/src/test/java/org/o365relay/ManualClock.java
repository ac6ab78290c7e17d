package org.o365relay;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.o365relay.time.SteadyClock;

/// A system clock that stands still until it is advanced or set, with a counter of nanoseconds that advances
/// with it but is not changed when the system clock is set.
public final class ManualClock implements InstantSource {

    private Instant now;
    private long nanos;

    public ManualClock(String now) {
        this.now = Instant.parse(now);
    }

    @Override
    public synchronized Instant instant() {
        return now;
    }

    /// Lets time pass.
    public synchronized void advance(Duration by) {
        now = now.plus(by);
        nanos += by.toNanos();
    }

    /// Sets the system clock forward or back. No time passes.
    public synchronized void jump(Duration by) {
        now = now.plus(by);
    }

    /// Sets the system clock. No time passes.
    public synchronized void set(Instant time) {
        now = time;
    }

    public synchronized long nanoTime() {
        return nanos;
    }

    /// @return a new steady clock that advances when time passes, and not when the system clock is set
    public SteadyClock steady() {
        return new SteadyClock(this, this::nanoTime);
    }
}
