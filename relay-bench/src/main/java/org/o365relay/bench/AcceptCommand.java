package org.o365relay.bench;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.o365relay.bench.AcceptMeasurement.Figures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `bench accept`.
@Command(
        name = "accept",
        description = "Accepted messages per second, the wait for the 250, CPU time and memory.",
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
        return report.of(scratch -> {
            MarkdownTable table = AcceptMeasurement.table();
            Launcher launch = target.launch();
            for (LoadProfile shape : load.shapes()) {
                report.progress(launch.name() + ": " + shape + " …");
                try (Server server = launch.start(scratch.newSubdirectory())) {
                    Figures figures = load.measurement().run(server, shape);
                    report.progress("  " + figures);
                    table.add(figures.cells(launch.name()));
                }
            }
            return table;
        });
    }
}
