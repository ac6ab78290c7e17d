package org.o365relay.bench.server;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// CPU time of all processors since boot, from Linux `/proc/stat` (proc_stat(5)).
///
/// @param busy CPU time of processes and kernel, and time stolen by the hypervisor
/// @param all busy and idle time
public record SystemCpu(Duration busy, Duration all) {

    private static final long TICK_MILLIS = 10;
    private static final int IDLE = 3;
    private static final int IOWAIT = 4;
    /// Number of fields to read: user, nice, system, idle, iowait, irq, softirq, steal. The guest fields that
    /// follow are already included in user and nice.
    private static final int FIELDS = 8;

    public static SystemCpu now() throws IOException {
        String first = Files.readAllLines(Path.of("/proc/stat")).getFirst();
        List<String> fields = List.of(first.replaceFirst("cpu +", "").split(" ", -1));
        long busy = 0;
        long all = 0;
        for (int field = 0; field < FIELDS; field++) {
            long ticks = Long.parseLong(fields.get(field));
            all += ticks;
            busy += field == IDLE || field == IOWAIT ? 0 : ticks;
        }
        return new SystemCpu(Duration.ofMillis(busy * TICK_MILLIS), Duration.ofMillis(all * TICK_MILLIS));
    }

    /// The share of CPU time that other processes have used since an earlier reading. If the share is high, the
    /// results of the benchmark are unreliable.
    ///
    /// @param before the earlier reading
    /// @param measured CPU time of the server and the load generator since the earlier reading
    /// @return share, 0 to 1
    public double otherLoadSince(SystemCpu before, Duration measured) {
        Duration others = busy.minus(before.busy).minus(measured);
        Duration time = all.minus(before.all);
        return time.isZero() ? 0 : Math.max(0, others.toNanos() / (double) time.toNanos());
    }
}
