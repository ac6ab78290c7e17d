package org.o365relay.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.o365relay.bench.load.LoadLimit;
import org.o365relay.bench.load.LoadProfile;
import org.o365relay.bench.load.LoadResult;
import org.o365relay.bench.load.Size;
import org.o365relay.bench.load.SmtpLoad.Connections;
import org.o365relay.bench.server.JvmHeap;
import org.o365relay.bench.server.ProcessUsage;
import org.o365relay.bench.server.Server;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "large",
        description = "Measure how a relay with a small heap accepts and delivers large messages.",
        mixinStandardHelpOptions = true)
final class LargeCommand implements Callable<Integer> {

    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(names = "--size", paramLabel = "SIZE", description = "Size of each message. Default: ${DEFAULT-VALUE}")
    private Size size = Size.parse("100MiB");

    @Option(
            names = "--sessions",
            paramLabel = "N",
            description = "Concurrent sessions with one message each. Default: ${DEFAULT-VALUE}")
    private int sessions = 1;

    @Option(names = "--heap", paramLabel = "SIZE", description = "Maximum heap, as for -Xmx. Default: ${DEFAULT-VALUE}")
    private String heap = "64m";

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.run(this::measure);
    }

    private MarkdownTable measure(WorkDirectory work) throws IOException, InterruptedException {
        LocalhostCertificate identity = LocalhostCertificate.generate(work.newSubdirectory());
        try (CountingSmarthost smarthost = CountingSmarthost.open(identity);
                Server relay =
                        target.relayTo(smarthost).with(List.of("-Xmx" + heap)).start(work.newSubdirectory())) {
            long maximum = JvmHeap.under(relay.pid().orElseThrow()).maximumMib();
            report.progress(sessions + " × " + size + " with a heap of " + maximum + " MiB …");
            return transfer(relay, smarthost, maximum);
        }
    }

    private MarkdownTable transfer(Server relay, CountingSmarthost smarthost, long maximum)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        LoadResult load = LoadProfile.unpipelined(sessions, size, Connections.PERSISTENT)
                .on(relay.address(), LoadLimit.ofMessages(sessions))
                .run();
        if (load.errors() > 0) {
            throw new IOException("not accepted: " + load.refused() + ", " + load.dropped() + " dropped");
        }
        if (!smarthost.awaitMessages(sessions, TIMEOUT)) {
            throw new IOException("accepted but not delivered within " + TIMEOUT.toMinutes() + " min");
        }
        Duration delivered = Duration.ofNanos(System.nanoTime() - start);
        ProcessUsage usage = ProcessUsage.of(relay.pid().orElseThrow());
        MarkdownTable table = new MarkdownTable(
                "server", "load", "heap MiB", "accepted after s", "delivered after s", "peak RSS MiB");
        table.add(
                "o365-relay",
                sessions + " × " + size,
                Long.toString(maximum),
                seconds(load.elapsed()),
                seconds(delivered),
                Long.toString(usage.peakKib() >> 10));
        return table;
    }

    private static String seconds(Duration duration) {
        return String.format(Locale.ROOT, "%.2f", duration.toMillis() / 1e3);
    }
}
