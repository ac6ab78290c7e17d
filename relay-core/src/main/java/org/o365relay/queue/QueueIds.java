package org.o365relay.queue;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.o365relay.mail.QueueId;

/// Makes queue ids that grow: 42 bits of milliseconds (until the year 2109), 21 bits of chance. Never the same
/// twice in one process, and, by chance, not across restarts or several relays either.
final class QueueIds {

    private static final int CHANCE_BITS = 21;

    private static final long LATEST = (1L << 42) - 1;

    /// Further ahead than this the clock was wrong when an id was made, and what is new does not go on from there.
    private static final Duration CLOCK_CORRECTION = Duration.ofDays(1);

    private final InstantSource clock;
    private final RandomGenerator random;
    private final AtomicLong last;

    /// @param newest the last id that was given before the relay was started, so that ids go on growing if the clock
    ///     has been set back a little meanwhile; 0 if there is none
    QueueIds(InstantSource clock, RandomGenerator random, long newest) {
        this.clock = clock;
        this.random = random;
        boolean credible =
                newest >> CHANCE_BITS <= clock.instant().plus(CLOCK_CORRECTION).toEpochMilli();
        this.last = new AtomicLong(credible ? Math.max(newest, 0) : 0);
    }

    /// @param millis since 1970
    /// @return the first id that could be made then; times that no id has count as the nearest one that has
    static long first(long millis) {
        return Math.clamp(millis, 0, LATEST) << CHANCE_BITS;
    }

    QueueId next() {
        long candidate = clock.millis() << CHANCE_BITS | random.nextInt(1 << CHANCE_BITS);
        return new QueueId(last.updateAndGet(previous -> Math.max(previous + 1, candidate)));
    }
}
