package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.o365relay.bench.SmtpLoad.Connections;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `bench backlog`.
@Command(
        name = "backlog",
        description = "What a long queue changes: start, accept rate and live heap, with it and without.",
        mixinStandardHelpOptions = true)
final class BacklogCommand implements Callable<Integer> {

    private static final Size SIZE = Size.parse("4KiB");

    @Mixin
    private Report report = new Report();

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(names = "--deferred", paramLabel = "N", description = "Length of the queue. Default: ${DEFAULT-VALUE}")
    private int deferred = 100_000;

    @Option(names = "--messages", paramLabel = "N", description = "Of one measured load. Default: ${DEFAULT-VALUE}")
    private int messages = 20_000;

    @Option(names = "--sessions", paramLabel = "N", description = "Default: ${DEFAULT-VALUE}")
    private int sessions = 50;

    @Option(
            names = "--settle",
            paramLabel = "S",
            description = "Pause after each start, for the delivery of what is due. Default: ${DEFAULT-VALUE}")
    private int settle = 10;

    /// @param liveMib heap after a full collection
    private record State(double openedMillis, double liveMib, LoadResult load) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.of(this::measure);
    }

    private Table measure(Scratch scratch) throws IOException, InterruptedException {
        RelayLaunch launch = target.relay();
        report.progress("empty queue …");
        State empty = state(launch, scratch.fresh());
        Path directory = scratch.fresh();
        report.progress("filling a queue with " + deferred + " messages …");
        try (Server relay = launch.start(directory)) {
            accept(relay, deferred);
        }
        report.progress("full queue …");
        State full = state(launch, directory);
        Table table = new Table("queue at the start", "open port ms", "live heap MiB", "accepted/s", "p99 ms");
        add(table, "empty", empty);
        add(table, String.format(Locale.ROOT, "%,d deferred", deferred), full);
        table.add(
                "change",
                change(full.openedMillis(), empty.openedMillis()),
                change(full.liveMib(), empty.liveMib()),
                change(full.load().rate(), empty.load().rate()),
                change(full.load().latencyAt(99), empty.load().latencyAt(99)));
        return table;
    }

    private State state(RelayLaunch launch, Path directory) throws IOException, InterruptedException {
        try (StartedProcess relay = launch.start(directory)) {
            TimeUnit.SECONDS.sleep(settle);
            accept(relay, messages);
            double live = JvmHeap.under(relay.process().pid()).liveMib();
            return new State(relay.opened().toNanos() / 1e6, live, accept(relay, messages));
        }
    }

    private LoadResult accept(Server relay, int count) throws IOException, InterruptedException {
        LoadResult load = Shape.plain(sessions, SIZE, Connections.KEPT)
                .on(relay.address(), Extent.ofMessages(count))
                .run();
        if (load.errors() > 0) {
            throw new IOException(
                    "not all messages were accepted: " + load.refused() + ", " + load.dropped() + " dropped");
        }
        return load;
    }

    private static void add(Table table, String queue, State state) {
        table.add(
                queue,
                String.format(Locale.ROOT, "%.0f", state.openedMillis()),
                String.format(Locale.ROOT, "%.1f", state.liveMib()),
                String.format(Locale.ROOT, "%,.0f", state.load().rate()),
                String.format(Locale.ROOT, "%.1f", state.load().latencyAt(99)));
    }

    private static String change(double with, double without) {
        return String.format(Locale.ROOT, "%+.0f %%", (with / without - 1) * 100);
    }
}
