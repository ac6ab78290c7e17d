package org.o365relay.queue;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.o365relay.mail.QueueId;

/// Makes queue ids that grow: 42 bits of milliseconds (until the year 2109), 21 bits of chance. Never the same
/// twice in one process, and, by chance, not across restarts or several relays either.
final class QueueIds {

    private static final int CHANCE_BITS = 21;

    private static final long LATEST = (1L << 42) - 1;

    private final InstantSource clock;
    private final RandomGenerator random;
    private final AtomicLong last = new AtomicLong();

    QueueIds(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
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
