package org.o365relay.queue.jdbc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Generates lease numbers, and records which leases belong to an operator's bounce.
final class Leases {

    private final AtomicLong last;
    private final Map<Long, String> bouncedBy = new ConcurrentHashMap<>();

    Leases(RandomGenerator random) {
        this.last = new AtomicLong(random.nextLong(1L << 62));
    }

    /// @return a new lease number, always positive
    long next() {
        return last.incrementAndGet();
    }

    void beginBounce(long lease, String operator) {
        bouncedBy.put(lease, operator);
    }

    void endBounce(long lease) {
        bouncedBy.remove(lease);
    }

    /// @return name of the operator who bounces the message; null if the lease does not belong to a bounce
    @Nullable
    String bouncedBy(long lease) {
        return bouncedBy.get(lease);
    }
}
