package org.o365relay.bench.load;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/// The result of a load.
///
/// @param accepted number of messages with a 2xx reply to the end of data
/// @param refused number of refused messages for each reply code
/// @param dropped number of messages whose connection failed, was closed early or stalled
/// @param elapsed time from the start of the load until all sessions have ended
/// @param latency time in microseconds from the last write of the content to the reply to the end of data
/// @param ownCpu CPU time of the JVM of the load generator during the load
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

    /// The number of accepted messages per second.
    public double rate() {
        return accepted / (elapsed.toNanos() / 1e9);
    }

    /// The number of messages that were attempted but not accepted.
    public long errors() {
        return dropped + refused.values().stream().mapToLong(Long::longValue).sum();
    }

    /// @param percentile percentile from 0 to 100
    /// @return latency in milliseconds
    public double latencyAt(double percentile) {
        return latency.getValueAtPercentile(percentile) / 1e3;
    }
}
