package org.o365relay.queue.jdbc;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.o365relay.mail.QueueId;

/// Generates ascending queue IDs: 42 bits of milliseconds since 1970 (until the year 2109) and 21 random bits.
/// IDs are unique within a process; the random bits make collisions with IDs of earlier processes and of other
/// relays unlikely.
final class QueueIds {

    private static final int RANDOM_BITS = 21;

    private static final long LATEST = (1L << 42) - 1;

    /// If the newest ID is further in the future than this, it was generated while the clock was wrong, and new
    /// IDs do not continue from it.
    private static final Duration MAX_CLOCK_CORRECTION = Duration.ofDays(1);

    private final InstantSource clock;
    private final RandomGenerator random;
    private final AtomicLong last;

    /// @param newest the newest ID in the queue, or 0 if the queue has no message; new IDs are higher, even if
    ///     the clock was set back by up to a day
    QueueIds(InstantSource clock, RandomGenerator random, long newest) {
        this.clock = clock;
        this.random = random;
        this.last = new AtomicLong(isCredible(newest) ? Math.max(newest, 0) : 0);
    }

    private boolean isCredible(long id) {
        return id >> RANDOM_BITS <= clock.instant().plus(MAX_CLOCK_CORRECTION).toEpochMilli();
    }

    /// @return an ID that is lower than all new ones; 0 if none is known
    long latest() {
        return last.get();
    }

    /// @param millis milliseconds since 1970
    /// @return the lowest ID for that time; a time outside the range that IDs can represent is clamped
    static long first(long millis) {
        return Math.clamp(millis, 0, LATEST) << RANDOM_BITS;
    }

    QueueId next() {
        long candidate = clock.millis() << RANDOM_BITS | random.nextInt(1 << RANDOM_BITS);
        return new QueueId(last.updateAndGet(previous -> Math.max(previous + 1, candidate)));
    }
}
