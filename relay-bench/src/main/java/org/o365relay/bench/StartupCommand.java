package org.o365relay.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.o365relay.bench.server.ProcessUsage;
import org.o365relay.bench.server.RelayLauncher;
import org.o365relay.bench.server.StartedProcess;
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
        Path directory = work.newSubdirectory();
        report.progress("one start to create the queue …");
        launcher.start(directory).close();
        report.progress(times + " starts …");
        long[] millis = new long[times];
        for (int time = 0; time < times; time++) {
            try (StartedProcess relay = launcher.start(directory)) {
                millis[time] = relay.startupTime().toMillis();
            }
        }
        Arrays.sort(millis);
        ProcessUsage usage = idleUsage(launcher, directory);
        MarkdownTable table =
                new MarkdownTable("server", "open port ms, median", "fastest", "slowest", "idle RSS MiB", "peak MiB");
        table.add(
                launcher.name(),
                Long.toString(millis[times / 2]),
                Long.toString(millis[0]),
                Long.toString(millis[times - 1]),
                Long.toString(usage.residentKib() >> 10),
                Long.toString(usage.peakKib() >> 10));
        return table;
    }

    private ProcessUsage idleUsage(RelayLauncher launcher, Path directory) throws IOException, InterruptedException {
        report.progress(idle + " s idle …");
        try (StartedProcess relay = launcher.start(directory)) {
            TimeUnit.SECONDS.sleep(idle);
            return ProcessUsage.of(relay.process().pid());
        }
    }
}
