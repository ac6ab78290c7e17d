package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.o365relay.bench.server.ProcessUsage;
import org.o365relay.bench.server.Server;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The command `bench cold`.
@Command(
        name = "cold",
        description = "Measure the delivery of the first messages after a start, through STARTTLS and AUTH.",
        mixinStandardHelpOptions = true)
final class ColdCommand implements Callable<Integer> {

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private DeliveryLoad load = new DeliveryLoad();

    @Option(
            names = "--times",
            paramLabel = "N",
            description = "Number of starts; the median is reported. Default: ${DEFAULT-VALUE}")
    private int times = 5;

    /// @param elapsed time from the start of the load until the upstream has received the last message
    /// @param cpu processor time of the relay meanwhile
    private record Start(Duration elapsed, Duration cpu) {}

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.run(this::measure);
    }

    private MarkdownTable measure(WorkDirectory work) throws IOException, InterruptedException {
        List<Start> starts = new ArrayList<>();
        try (Smarthost smarthost = CountingSmarthost.open(LocalhostCertificate.generate(work.newSubdirectory()))) {
            Path directory = work.newSubdirectory();
            report.progress("one start to create the queue …");
            load.start(smarthost, directory).close();
            report.progress(times + " starts, " + load + " after each …");
            for (int time = 0; time < times; time++) {
                starts.add(afterStart(smarthost, directory));
            }
        }
        return table(
                starts.stream().sorted(Comparator.comparing(Start::elapsed)).toList());
    }

    private Start afterStart(Smarthost smarthost, Path directory) throws IOException, InterruptedException {
        try (Server relay = load.start(smarthost, directory)) {
            long pid = relay.pid().orElseThrow();
            Duration before = ProcessUsage.of(pid).cpu();
            Duration elapsed = load.deliver(relay, smarthost, load.messages());
            return new Start(elapsed, ProcessUsage.of(pid).cpu().minus(before));
        }
    }

    /// @param starts in ascending order
    private MarkdownTable table(List<Start> starts) {
        Start median = starts.get(starts.size() / 2);
        MarkdownTable table = new MarkdownTable(
                "server",
                "messages",
                "all delivered after s, median",
                "fastest",
                "slowest",
                "delivered/s",
                "CPU-s/1,000");
        table.add(
                "o365-relay",
                load.cell(),
                seconds(median),
                seconds(starts.getFirst()),
                seconds(starts.getLast()),
                String.format(Locale.ROOT, "%,.0f", load.messages() * 1e3 / median.elapsed.toMillis()),
                String.format(Locale.ROOT, "%.3f", median.cpu.toMillis() / (double) load.messages()));
        return table;
    }

    private static String seconds(Start start) {
        return String.format(Locale.ROOT, "%.2f", start.elapsed.toMillis() / 1e3);
    }
}
