package org.o365relay.bench;

import java.io.PrintWriter;
import org.o365relay.bench.load.Size;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The command line of the benchmark. `relay-bench/README.md` explains the results.
@Command(
        name = "bench",
        description = "Measure throughput, latency, CPU time and memory of an SMTP server.",
        mixinStandardHelpOptions = true,
        subcommands = {
            AcceptCommand.class,
            DeliverCommand.class,
            StartupCommand.class,
            ColdCommand.class,
            ManyCommand.class,
            LargeCommand.class,
            BacklogCommand.class,
            DrainCommand.class,
            PeersCommand.class
        })
public final class Bench {

    private Bench() {}

    /// Exits with 0 on success, 1 if the measurement failed, 2 on a usage error.
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Bench())
                .registerConverter(Size.class, Size::parse)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler(Bench::explain);
    }

    private static int explain(Exception exception, CommandLine command, CommandLine.ParseResult parsed) {
        PrintWriter err = command.getErr();
        err.println("bench: " + exception.getMessage());
        return CommandLine.ExitCode.SOFTWARE;
    }
}
