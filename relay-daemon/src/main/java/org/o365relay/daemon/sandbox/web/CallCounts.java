package org.o365relay.daemon.sandbox.web;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Counts requests by kind, whatever the response. Thread-safe.
public final class CallCounts {

    private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    public void count(String what) {
        counts.computeIfAbsent(what, _ -> new LongAdder()).increment();
    }

    public int of(String what) {
        LongAdder count = counts.get(what);
        return count == null ? 0 : Math.toIntExact(count.sum());
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
