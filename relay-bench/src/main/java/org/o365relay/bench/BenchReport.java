package org.o365relay.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Runs the measurement of a command: creates the work directory, prints a line about the machine, takes the
/// measurement, and prints the resulting table.
final class BenchReport {

    /// A measurement whose result is one table.
    @FunctionalInterface
    interface Measurement {

        /// @throws IOException if the measurement is impossible or fails; the message gives the reason
        MarkdownTable take(WorkDirectory work) throws IOException, InterruptedException;
    }

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description =
                    "Parent directory of queues and logs, which are deleted at the end; determines which disk is used."
                            + " Default: ${DEFAULT-VALUE}")
    private Path parent = Path.of(System.getProperty("java.io.tmpdir"));

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /// @return the exit code
    int run(Measurement measurement) throws IOException, InterruptedException {
        try (WorkDirectory work = WorkDirectory.under(parent)) {
            progress(MachineInfo.line(work.directory()));
            MarkdownTable table = measurement.take(work);
            progress("\n" + table);
        }
        return 0;
    }

    /// Prints a progress line.
    void progress(String line) {
        PrintWriter out = command.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
