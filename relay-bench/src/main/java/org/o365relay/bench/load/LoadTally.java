package org.o365relay.bench.load;

import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// Counts the results of one [LoadLoop], or sums those of several. Not thread-safe.
final class LoadTally {

    private static final long MAX_MICROSECONDS = 3_600_000_000L;

    private final Histogram latency = new Histogram(MAX_MICROSECONDS, 3);
    private final SortedMap<Integer, Long> refused = new TreeMap<>();
    private long accepted;
    private long dropped;

    void accepted(long nanoseconds) {
        accepted++;
        latency.recordValue(Math.min(nanoseconds / 1_000, MAX_MICROSECONDS));
    }

    void refused(int code) {
        refused.merge(code, 1L, Long::sum);
    }

    void dropped() {
        dropped++;
    }

    void add(LoadTally other) {
        accepted += other.accepted;
        dropped += other.dropped;
        other.refused.forEach((code, count) -> refused.merge(code, count, Long::sum));
        latency.add(other.latency);
    }

    long accepted() {
        return accepted;
    }

    long drops() {
        return dropped;
    }

    SortedMap<Integer, Long> refusals() {
        return refused;
    }

    Histogram latency() {
        return latency;
    }
}
