package org.o365relay.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.bench.AcceptMeasurement.Figures;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `bench peers`.
@Command(
        name = "peers",
        description = {
            "The same loads on the peers that are installed here: smtp-sink, which keeps nothing and shows what the"
                    + " load generator itself can do, and a Postfix of the bench's own (needs root).",
            "With --relay or --target that server is measured in the same run."
        },
        mixinStandardHelpOptions = true)
final class PeersCommand implements Callable<Integer> {

    @Mixin
    private BenchReport report = new BenchReport();

    @Mixin
    private TargetOptions target = new TargetOptions();

    @Mixin
    private LoadOptions load = new LoadOptions();

    @Override
    public Integer call() throws IOException, InterruptedException {
        return report.of(this::measure);
    }

    private MarkdownTable measure(WorkDirectory scratch) throws IOException, InterruptedException {
        MarkdownTable table = AcceptMeasurement.table();
        for (Launcher launch : launches()) {
            for (LoadProfile shape : load.shapes()) {
                report.progress(launch.name() + ": " + shape + " …");
                try (Server server = launch.start(scratch.newSubdirectory())) {
                    Figures figures = load.measurement().run(server, shape);
                    report.progress("  " + figures);
                    table.add(figures.cells(launch.name()));
                }
            }
        }
        return table;
    }

    private List<Launcher> launches() throws IOException, InterruptedException {
        List<Launcher> launches = new ArrayList<>();
        SmtpSinkLauncher.installed().ifPresent(launches::add);
        launches.addAll(PostfixLauncher.installed());
        if (target.isGiven()) {
            launches.add(target.launch());
        }
        if (launches.isEmpty()) {
            throw new IOException("neither Postfix nor smtp-sink is installed: apt-get install postfix");
        }
        return launches;
    }
}
