package org.o365relay.bench;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// What a load came to.
///
/// @param accepted messages whose end of data was answered 2xx
/// @param refused how many messages were answered otherwise, by reply code
/// @param dropped messages tried on a connection that could not be made or that ended too early
/// @param elapsed from the first connection to the last reply
/// @param latency microseconds from the last octet of the end-of-data line to the 250
/// @param ownCpu processor time the load generator itself took
public record LoadResult(
        long accepted,
        SortedMap<Integer, Long> refused,
        long dropped,
        Duration elapsed,
        Histogram latency,
        Duration ownCpu) {

    public LoadResult {
        refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
    }

    /// Accepted messages per second.
    public double rate() {
        return accepted / (elapsed.toNanos() / 1e9);
    }

    /// Messages tried and not accepted, for whatever reason.
    public long errors() {
        return dropped + refused.values().stream().mapToLong(Long::longValue).sum();
    }

    /// @param percentile 0 to 100
    /// @return milliseconds
    public double latencyAt(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e3;
    }
}
