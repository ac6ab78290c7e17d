package org.o365relay.bench;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.o365relay.bench.server.ProcessUsage;
import org.o365relay.bench.server.RelayLauncher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "startup",
        description = "Measure the time from process start to open port, and the memory of an idle relay.",
        mixinStandardHelpOptions = true)
final class StartupCommand implements Callable<Integer> {

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Option(
            names = "--times",
            paramLabel = "N",
            description = "Number of starts; the median is reported. Default: ${DEFAULT-VALUE}")
    private int times = 7;

    @Option(
            names = "--idle",
            paramLabel = "S",
            description = "Idle time before the memory is read. Default: ${DEFAULT-VALUE}")
    private int idle = 10;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.run(this::measure);
    }

    private MarkdownTable measure(WorkDirectory work) throws IOException, InterruptedException {
        RelayLauncher launcher = target.relay();
        StartMeasurement starts = new StartMeasurement(launcher, work.newSubdirectory());
        report.progress(times + " starts …");
        for (int time = 0; time < times; time++) {
            starts.start();
        }
        report.progress(idle + " s idle …");
        ProcessUsage usage = starts.idle(idle);
        MarkdownTable table =
                new MarkdownTable("server", "open port ms, median", "fastest", "slowest", "idle RSS MiB", "peak MiB");
        table.add(
                launcher.name(),
                Long.toString(starts.medianMillis()),
                Long.toString(starts.fastestMillis()),
                Long.toString(starts.slowestMillis()),
                Long.toString(usage.residentKib() >> 10),
                Long.toString(usage.peakKib() >> 10));
        return table;
    }
}
