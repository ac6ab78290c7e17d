package org.o365relay.sandbox.web;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts requests by kind, whether they succeed or not. Thread-safe.
public final class CallCounts {

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    public void count(String kind) {
        counts.computeIfAbsent(kind, _ -> new LongAdder()).increment();
    }

    public int of(String kind) {
        LongAdder count = counts.get(kind);
        return count == null ? 0 : Math.toIntExact(count.sum());
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
