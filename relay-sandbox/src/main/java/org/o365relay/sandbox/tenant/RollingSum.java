package org.o365relay.sandbox.tenant;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;

/// Sums amounts within a sliding time window.
final class RollingSum {

    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private int sum;

    private record Entry(Instant at, int amount) {}

    void add(Instant at, int amount) {
        entries.addLast(new Entry(at, amount));
        sum += amount;
    }

    /// @param now current time; must not be earlier than in a previous call
    int sum(Instant now, Duration window) {
        Instant start = now.minus(window);
        while (!entries.isEmpty() && !entries.getFirst().at().isAfter(start)) {
            sum -= entries.removeFirst().amount();
        }
        return sum;
    }

    void clear() {
        entries.clear();
        sum = 0;
    }
}
