package org.o365relay.bench;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.o365relay.bench.AcceptMeasurement.Figures;
import org.o365relay.bench.load.LoadProfile;
import org.o365relay.bench.server.Launcher;
import org.o365relay.bench.server.Server;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "accept",
        description = "Measure accepted messages per second, reply latency, CPU time and memory.",
        mixinStandardHelpOptions = true)
final class AcceptCommand implements Callable<Integer> {

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.run(work -> {
            MarkdownTable table = AcceptMeasurement.table();
            Launcher launcher = target.launcher();
            for (LoadProfile profile : load.profiles()) {
                report.progress(launcher.name() + ": " + profile + " …");
                try (Server server = launcher.start(work.newSubdirectory())) {
                    Figures figures = load.measurement().run(server, profile);
                    report.progress("  " + figures);
                    table.add(figures.cells(launcher.name()));
                }
            }
            return table;
        });
    }
}
