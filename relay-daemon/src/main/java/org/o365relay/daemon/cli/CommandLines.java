package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.util.List;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.queue.QueueUnavailableException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/// Builds the command line. Prints the errors of all commands and maps each to an exit code.
public final class CommandLines {

    private CommandLines() {}

    /// @param commands the subcommands
    public static CommandLine of(Object... commands) {
        CommandLine root = new CommandLine(new RelayCommand());
        List.of(commands).forEach(root::addSubcommand);
        return root.setParameterExceptionHandler(CommandLines::reportUsageError)
                .setExecutionExceptionHandler(CommandLines::reportFailure)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(80);
    }

    private static int reportUsageError(ParameterException error, String[] arguments) {
        PrintWriter err = error.getCommandLine().getErr();
        new UsageError(error, arguments).lines().forEach(err::println);
        err.flush();
        return ExitCode.USAGE;
    }

    private static int reportFailure(Exception failure, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        int code = exitCode(failure);
        if (code == ExitCode.INTERNAL) {
            err.println("o365-relay: internal error, please report it:");
            failure.printStackTrace(err);
        } else {
            err.println("o365-relay: " + failure.getMessage());
        }
        err.flush();
        return code;
    }

    private static int exitCode(Exception failure) {
        return switch (failure) {
            case CommandFailed expected -> expected.exitCode();
            case ControlException rejected -> ExitCode.of(rejected.kind());
            case QueueUnavailableException unavailable -> ExitCode.of(unavailable.reason());
            default -> ExitCode.INTERNAL;
        };
    }
}
