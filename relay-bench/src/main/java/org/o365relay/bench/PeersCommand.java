package org.o365relay.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.bench.AcceptMeasurement.Figures;
import org.o365relay.bench.load.LoadProfile;
import org.o365relay.bench.server.Launcher;
import org.o365relay.bench.server.PostfixLauncher;
import org.o365relay.bench.server.Server;
import org.o365relay.bench.server.SmtpSinkLauncher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "peers",
        description = {
            "Measure the same loads on installed peers: smtp-sink, which discards messages and shows the limit of the"
                    + " load generator, and a separate Postfix instance (needs root).",
            "With --relay or --target, measure that server in the same run, too."
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
        return report.run(this::measure);
    }

    private MarkdownTable measure(WorkDirectory work) throws IOException, InterruptedException {
        MarkdownTable table = AcceptMeasurement.table();
        for (Launcher launcher : launchers()) {
            for (LoadProfile profile : load.profiles()) {
                report.progress(launcher.name() + ": " + profile + " …");
                try (Server server = launcher.start(work.newSubdirectory())) {
                    Figures figures = load.measurement().run(server, profile);
                    report.progress("  " + figures);
                    table.add(figures.cells(launcher.name()));
                }
            }
        }
        return table;
    }

    private List<Launcher> launchers() throws IOException, InterruptedException {
        List<Launcher> launchers = new ArrayList<>();
        SmtpSinkLauncher.installed().ifPresent(launchers::add);
        launchers.addAll(PostfixLauncher.installed());
        if (target.isGiven()) {
            launchers.add(target.launcher());
        }
        if (launchers.isEmpty()) {
            throw new IOException(
                    "neither Postfix nor smtp-sink is installed; install them with apt-get install postfix");
        }
        return launchers;
    }
}
