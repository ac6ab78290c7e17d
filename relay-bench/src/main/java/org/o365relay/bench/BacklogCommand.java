package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.o365relay.bench.load.LoadLimit;
import org.o365relay.bench.load.LoadProfile;
import org.o365relay.bench.load.LoadResult;
import org.o365relay.bench.load.Size;
import org.o365relay.bench.load.SmtpLoad.Connections;
import org.o365relay.bench.server.JvmHeap;
import org.o365relay.bench.server.RelayLauncher;
import org.o365relay.bench.server.Server;
import org.o365relay.bench.server.StartedProcess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "backlog",
        description = "Compare start time, live heap and accept rate with and without a long queue and history, and"
                + " measure queue queries.",
        mixinStandardHelpOptions = true)
final class BacklogCommand implements Callable<Integer> {

    private static final Size SIZE = Size.parse("4KiB");
    private static final Duration DUE_WITHIN = Duration.ofHours(12);

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(
            names = "--deferred",
            paramLabel = "N",
            description = "Number of deferred messages in the queue. Default: ${DEFAULT-VALUE}")
    private int deferred = 1_000_000;

    @Option(
            names = "--history",
            paramLabel = "N",
            description = "Number of settled messages in the history. Default: ${DEFAULT-VALUE}")
    private int history = 1_000_000;

    @Option(
            names = "--messages",
            paramLabel = "N",
            description = "Number of messages of each load. Default: ${DEFAULT-VALUE}")
    private int messages = 20_000;

    @Option(names = "--sessions", paramLabel = "N", description = "Concurrent sessions. Default: ${DEFAULT-VALUE}")
    private int sessions = 50;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            description = "Number of alternating runs with and without the queue; medians are reported. Default:"
                    + " ${DEFAULT-VALUE}")
    private int rounds = 3;

    @Option(
            names = "--idle",
            paramLabel = "S",
            description = "Seconds between each start of the relay and its load. Default: ${DEFAULT-VALUE}")
    private int idle = 2;

    /// @param liveMib live heap after a full garbage collection, in MiB
    private record State(double openedMillis, double liveMib, LoadResult load) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.run(this::measure);
    }

    private MarkdownTable measure(WorkDirectory work) throws IOException, InterruptedException {
        RelayLauncher launch = target.relay();
        Path emptyQueue = work.newSubdirectory();
        Path longQueue = work.newSubdirectory();
        launch.start(emptyQueue).close();
        report.progress("generating a queue of " + deferred + " messages and a history of " + history + " …");
        Path data = longQueue.resolve("data");
        new BacklogGenerator(data, SIZE).write(history, deferred, DUE_WITHIN);
        report.progress("measuring queue queries …");
        MarkdownTable queries = new QueryTimes(data, history, deferred).measure();
        report.progress(queries + "\n");
        List<State> empty = new ArrayList<>();
        List<State> full = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            report.progress("round " + round + " of " + rounds + " …");
            empty.add(state(launch, emptyQueue));
            full.add(state(launch, longQueue));
        }
        return table(empty, full);
    }

    private State state(RelayLauncher launch, Path directory) throws IOException, InterruptedException {
        try (StartedProcess relay = launch.start(directory)) {
            TimeUnit.SECONDS.sleep(idle);
            accept(relay, messages);
            double live = JvmHeap.under(relay.process().pid()).liveMib();
            return new State(relay.startupTime().toNanos() / 1e6, live, accept(relay, messages));
        }
    }

    private LoadResult accept(Server relay, int count) throws IOException, InterruptedException {
        LoadResult load = LoadProfile.unpipelined(sessions, SIZE, Connections.PERSISTENT)
                .on(relay.address(), LoadLimit.ofMessages(count))
                .run();
        if (load.errors() > 0) {
            throw new IOException(
                    "not all messages were accepted: " + load.refused() + ", " + load.dropped() + " dropped");
        }
        return load;
    }

    private MarkdownTable table(List<State> empty, List<State> full) {
        MarkdownTable table =
                new MarkdownTable("queue at the start", "open port ms", "live heap MiB", "accepted/s", "p99 ms");
        add(table, "empty", empty);
        add(table, String.format(Locale.ROOT, "%,d deferred, %,d settled", deferred, history), full);
        table.add(
                "change",
                change(empty, full, State::openedMillis),
                change(empty, full, State::liveMib),
                change(empty, full, state -> state.load().rate()),
                change(empty, full, state -> state.load().latencyAt(99)));
        return table;
    }

    private static void add(MarkdownTable table, String queue, List<State> states) {
        table.add(
                queue,
                String.format(Locale.ROOT, "%.0f", median(states, State::openedMillis)),
                String.format(Locale.ROOT, "%.1f", median(states, State::liveMib)),
                String.format(
                        Locale.ROOT,
                        "%,.0f",
                        median(states, state -> state.load().rate())),
                String.format(
                        Locale.ROOT,
                        "%.1f",
                        median(states, state -> state.load().latencyAt(99))));
    }

    private static String change(List<State> empty, List<State> full, ToDoubleFunction<State> figure) {
        return String.format(Locale.ROOT, "%+.0f %%", (median(full, figure) / median(empty, figure) - 1) * 100);
    }

    private static double median(List<State> states, ToDoubleFunction<State> figure) {
        double[] figures = states.stream().mapToDouble(figure).sorted().toArray();
        return Arrays.stream(figures, (figures.length - 1) / 2, figures.length / 2 + 1)
                .average()
                .orElseThrow();
    }
}
