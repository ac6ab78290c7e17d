package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.o365relay.bench.load.LoadLimit;
import org.o365relay.bench.load.LoadProfile;
import org.o365relay.bench.load.LoadResult;
import org.o365relay.bench.load.Size;
import org.o365relay.bench.load.SmtpLoad.Connections;
import org.o365relay.bench.server.RelayLauncher;
import org.o365relay.bench.server.Server;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "drain",
        description =
                "Measure recovery from an outage: delivery rate of a backlog while new mail arrives, compared with"
                        + " new mail alone; latency of new and urgent mail meanwhile; release of disk space.",
        mixinStandardHelpOptions = true)
final class DrainCommand implements Callable<Integer> {

    private static final Size SIZE = Size.parse("4KiB");
    private static final Duration TIMEOUT = Duration.ofMinutes(30);
    private static final Duration PROBE_INTERVAL = Duration.ofMillis(100);

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(
            names = "--deferred",
            paramLabel = "N",
            description = "Number of messages in the backlog. Default: ${DEFAULT-VALUE}")
    private int deferred = 1_000_000;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "Number of deliveries to measure. Default: ${DEFAULT-VALUE}")
    private int messages = 30_000;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            description = "Number of deliveries before the measurement. Default: ${DEFAULT-VALUE}")
    private int warmUp = 10_000;

    @Option(
            names = "--sessions",
            paramLabel = "N",
            description = "Concurrent sessions that send new mail. Default: ${DEFAULT-VALUE}")
    private int sessions = 20;

    @Option(
            names = "--connections",
            paramLabel = "N",
            description = "Maximum connections to the upstream. Default: ${DEFAULT-VALUE}")
    private int connections = 20;

    @Option(names = "--empty", description = "Continue until the queue is empty and its disk space is released.")
    private boolean drainCompletely;

    @Option(
            names = "--unchanged",
            paramLabel = "S",
            description = "With --empty: stop when the database file has not shrunk for this many seconds. Default:"
                    + " ${DEFAULT-VALUE}")
    private int unchangedLimit = 10;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.run(this::measure);
    }

    private MarkdownTable measure(WorkDirectory work) throws IOException, InterruptedException {
        LocalhostCertificate identity = LocalhostCertificate.generate(work.newSubdirectory());
        MarkdownTable table =
                new MarkdownTable("mail", "delivered/s", "new mail ms, median", "max", "urgent mail ms, median", "max");
        double newMail = newMail(work, identity, table);
        backlog(work, identity, table, newMail);
        return table;
    }

    private RelayLauncher launch(CountingSmarthost smarthost) {
        return target.relayTo(smarthost)
                .configured("relay.mailbox-defaults.limits.connections = " + connections)
                .configured("relay.routing = [ { recipient = \"" + LatencyProbes.URGENT + "\", mailbox = \""
                        + RelayLauncher.MAILBOX + "\", priority = urgent } ]");
    }

    private double newMail(WorkDirectory work, LocalhostCertificate identity, MarkdownTable table)
            throws IOException, InterruptedException {
        try (CountingSmarthost smarthost = CountingSmarthost.open(identity);
                Server relay = launch(smarthost).start(work.newSubdirectory())) {
            report.progress("new mail: " + warmUp + " messages, then " + messages + " …");
            deliver(relay, smarthost, warmUp);
            double rate = messages / deliver(relay, smarthost, messages);
            table.add("new mail only", String.format(Locale.ROOT, "%,.0f", rate), "–", "–", "–", "–");
            return rate;
        }
    }

    /// @return seconds from the start of the load until all messages are delivered
    private double deliver(Server relay, CountingSmarthost smarthost, int count)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        LoadResult load = LoadProfile.unpipelined(sessions, SIZE, Connections.PERSISTENT)
                .on(relay.address(), LoadLimit.ofMessages(count))
                .run();
        if (load.errors() > 0) {
            throw new IOException(
                    "not all messages were accepted: " + load.refused() + ", " + load.dropped() + " dropped");
        }
        await(smarthost, count);
        return (System.nanoTime() - start) / 1e9;
    }

    private static void await(CountingSmarthost smarthost, int count) throws IOException, InterruptedException {
        if (!smarthost.awaitMessages(count, TIMEOUT)) {
            throw new IOException("only " + smarthost.surplus() + " of " + count + " messages were delivered within "
                    + TIMEOUT.toMinutes() + " min");
        }
    }

    private void backlog(WorkDirectory work, LocalhostCertificate identity, MarkdownTable table, double newMail)
            throws IOException, InterruptedException {
        Path directory = work.newSubdirectory();
        report.progress("generating a queue of " + deferred + " messages …");
        new BacklogGenerator(directory.resolve("data"), SIZE).write(0, deferred, null);
        try (CountingSmarthost smarthost = CountingSmarthost.open(identity);
                Server relay = launch(smarthost).start(directory)) {
            report.progress("draining the backlog …");
            await(smarthost, warmUp);
            LatencyProbes probes = new LatencyProbes(relay.address(), smarthost, PROBE_INTERVAL);
            double rate = rate(smarthost);
            probes.stop();
            table.add(
                    String.format(Locale.ROOT, "a backlog of %,d (%.0f %%)", deferred, 100 * rate / newMail),
                    String.format(Locale.ROOT, "%,.0f", rate),
                    probes.normal().medianMillis(),
                    probes.normal().maximumMillis(),
                    probes.urgent().medianMillis(),
                    probes.urgent().maximumMillis());
            if (drainCompletely) {
                drainAll(smarthost, directory.resolve("data"), table);
            }
        }
    }

    private double rate(CountingSmarthost smarthost) throws IOException, InterruptedException {
        long start = System.nanoTime();
        await(smarthost, messages);
        return messages / ((System.nanoTime() - start) / 1e9);
    }

    private void drainAll(CountingSmarthost smarthost, Path data, MarkdownTable table)
            throws IOException, InterruptedException {
        long initial = size(data);
        report.progress("waiting until the queue is empty …");
        await(smarthost, Math.max(0, deferred - warmUp - messages));
        long start = System.nanoTime();
        report.progress("waiting until the disk space is released …");
        long smallest = size(data);
        double seconds = 0;
        for (int unchanged = 0; unchanged < unchangedLimit; unchanged++) {
            TimeUnit.SECONDS.sleep(1);
            long now = size(data);
            if (now < smallest) {
                unchanged = 0;
                smallest = now;
                seconds = (System.nanoTime() - start) / 1e9;
            }
        }
        table.add(
                String.format(
                        Locale.ROOT, "emptied: %,d MiB, %,d MiB after %.0f s", initial >> 20, smallest >> 20, seconds),
                "–",
                "–",
                "–",
                "–",
                "–");
    }

    private static long size(Path data) throws IOException {
        return Files.size(data.resolve("queue.db"));
    }
}
