package org.o365relay.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import org.o365relay.bench.load.LoadLimit;
import org.o365relay.bench.load.LoadProfile;
import org.o365relay.bench.load.LoadResult;
import org.o365relay.bench.server.ProcessUsage;
import org.o365relay.bench.server.Server;
import org.o365relay.bench.server.SystemCpu;

/// Measures how many messages a server accepts per second, and its reply latency, CPU time and memory.
///
/// @param limit limit that ends the measured load
/// @param warmUp limit that ends the warm-up; the warm-up runs the same load before the measurement to trigger
///     JIT compilation
record AcceptMeasurement(LoadLimit limit, LoadLimit warmUp) {

    /// The results of one load.
    ///
    /// @param cpu CPU time of the server during the load; negative if its process is unknown
    /// @param otherCpuShare share of the machine's CPU time used by processes other than the server and the
    ///     load generator, 0 to 1; meaningless if the process of the server is unknown
    /// @param usageAfter memory and total CPU time of the server after the load; zero if its process is unknown
    record Figures(LoadProfile profile, LoadResult load, Duration cpu, double otherCpuShare, ProcessUsage usageAfter) {

        private static final double PERCENTILE_50 = 50;
        private static final double PERCENTILE_99 = 99;

        @Override
        public String toString() {
            return format("%,.0f accepted/s", load.rate());
        }

        String[] cells(String server) {
            boolean known = !cpu.isNegative();
            return new String[] {
                server,
                profile.toString(),
                format("%,.0f", load.rate()),
                format("%.1f", load.latencyAt(PERCENTILE_50)),
                format("%.1f", load.latencyAt(PERCENTILE_99)),
                format("%.0f", load.latencyAt(100)),
                load.errors() == 0 ? "0" : load.errors() + " " + reasons(),
                known ? perThousand(cpu) : "–",
                perThousand(load.ownCpu()),
                known ? format("%.0f", otherCpuShare * 100) : "–",
                mib(usageAfter.residentKib()),
                mib(usageAfter.peakKib())
            };
        }

        private String reasons() {
            return load.refused() + (load.dropped() == 0 ? "" : " dropped " + load.dropped());
        }

        private static String mib(long kib) {
            return kib == 0 ? "–" : format("%d", kib >> 10);
        }

        private String perThousand(Duration time) {
            return load.accepted() == 0 ? "–" : format("%.3f", time.toMillis() / (double) load.accepted());
        }

        private static String format(String format, Object value) {
            return String.format(Locale.ROOT, format, value);
        }
    }

    static MarkdownTable table() {
        return new MarkdownTable(
                "server",
                "load",
                "accepted/s",
                "p50 ms",
                "p99 ms",
                "max ms",
                "errors",
                "CPU-s/1,000",
                "own CPU-s/1,000",
                "others' CPU %",
                "RSS MiB",
                "peak MiB");
    }

    Figures run(Server server, LoadProfile profile) throws IOException, InterruptedException {
        if (warmUp.messages() > 0) {
            profile.on(server.address(), warmUp).run();
        }
        SystemCpu processors = SystemCpu.now();
        ProcessUsage before = usage(server.pid());
        LoadResult load = profile.on(server.address(), limit).run();
        ProcessUsage after = usage(server.pid());
        Duration cpu = server.pid().isPresent() ? after.cpu().minus(before.cpu()) : Duration.ofNanos(-1);
        double others = SystemCpu.now().otherLoadSince(processors, cpu.plus(load.ownCpu()));
        return new Figures(profile, load, cpu, others, after);
    }

    private static ProcessUsage usage(OptionalLong pid) throws IOException {
        return pid.isPresent() ? ProcessUsage.of(pid.getAsLong()) : ProcessUsage.NOTHING;
    }
}
