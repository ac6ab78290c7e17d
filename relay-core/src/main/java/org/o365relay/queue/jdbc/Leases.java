package org.o365relay.queue.jdbc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Numbers the leases of claims, and knows which of them an operator's bounce holds.
final class Leases {

    private final AtomicLong last;
    private final Map<Long, String> bouncedBy = new ConcurrentHashMap<>();

    Leases(RandomGenerator random) {
        this.last = new AtomicLong(random.nextLong(1L << 62));
    }

    /// @return a new positive number
    long next() {
        return last.incrementAndGet();
    }

    void beginBounce(long lease, String operator) {
        bouncedBy.put(lease, operator);
    }

    void endBounce(long lease) {
        bouncedBy.remove(lease);
    }

    /// @return name of the operator who bounces the message; null if none does
    @Nullable
    String bouncedBy(long lease) {
        return bouncedBy.get(lease);
    }
}
