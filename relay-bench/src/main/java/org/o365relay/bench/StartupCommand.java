package org.o365relay.bench;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.o365relay.bench.server.ProcessUsage;
import org.o365relay.bench.server.RelayLauncher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "startup",
        description = "Measure the time from process start to open port, and the memory of an idle relay.",
        mixinStandardHelpOptions = true)
final class StartupCommand implements Callable<Integer> {

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private StartOptions starts = new StartOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.run(this::measure);
    }

    private MarkdownTable measure(WorkDirectory work) throws IOException, InterruptedException {
        RelayLauncher launcher = starts.relay();
        StartMeasurement measurement = new StartMeasurement(launcher, work.newSubdirectory());
        report.progress(starts.times() + " starts …");
        for (int time = 0; time < starts.times(); time++) {
            measurement.start();
        }
        report.progress(starts.idleSeconds() + " s idle …");
        ProcessUsage usage = measurement.idle(starts.idleSeconds());
        MarkdownTable table =
                new MarkdownTable("server", "open port ms, median", "fastest", "slowest", "idle RSS MiB", "peak MiB");
        table.add(
                launcher.name(),
                Long.toString(measurement.medianMillis()),
                Long.toString(measurement.fastestMillis()),
                Long.toString(measurement.slowestMillis()),
                Long.toString(usage.residentKib() >> 10),
                Long.toString(usage.peakKib() >> 10));
        return table;
    }
}
