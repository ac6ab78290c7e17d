package org.o365relay.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What every command begins and ends with: a directory for the files, the machine line, the table.
final class BenchReport {

    /// Takes the figures that make up one table.
    @FunctionalInterface
    interface Measurement {

        /// @throws IOException if there is nothing to measure or it went wrong, with what to do about it
        MarkdownTable take(WorkDirectory scratch) throws IOException, InterruptedException;
    }

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where queues and logs go, deleted at the end; decides which disk is measured."
                    + " Default: ${DEFAULT-VALUE}")
    private Path parent = Path.of(System.getProperty("java.io.tmpdir"));

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /// @return the exit code
    int of(Measurement measurement) throws IOException, InterruptedException {
        try (WorkDirectory scratch = WorkDirectory.under(parent)) {
            progress(MachineInfo.line(scratch.directory()));
            MarkdownTable table = measurement.take(scratch);
            progress("\n" + table);
        }
        return 0;
    }

    /// Says what is going on.
    void progress(String line) {
        PrintWriter out = command.commandLine().getOut();
        out.println(line);
        out.flush();
    }
}
