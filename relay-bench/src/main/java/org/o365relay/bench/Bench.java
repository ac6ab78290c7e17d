package org.o365relay.bench;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// Measures the relay, or any SMTP server. `relay-bench/README.md` says what the figures mean.
@Command(
        name = "bench",
        description = "Measures how an SMTP server accepts and delivers mail, and what that costs.",
        mixinStandardHelpOptions = true,
        subcommands = {
            AcceptCommand.class,
            DeliverCommand.class,
            StartupCommand.class,
            LargeCommand.class,
            BacklogCommand.class,
            DrainCommand.class,
            PeersCommand.class
        })
public final class Bench {

    private Bench() {}

    /// Exit codes: 0 measured, 1 could not measure or messages were lost, 2 wrong command line.
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
