package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.util.List;
import org.o365relay.daemon.control.ControlException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Builds the command line. Prints errors of all commands and maps them to exit codes.
public final class CommandLines {

    private CommandLines() {}

    /// @param commands the subcommands
    public static CommandLine of(Object... commands) {
        CommandLine root = new CommandLine(new RelayCommand());
        List.of(commands).forEach(root::addSubcommand);
        return root.setParameterExceptionHandler(CommandLines::reportUsageError)
                .setExecutionExceptionHandler(CommandLines::reportFailure)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100);
    }

    private static int reportUsageError(ParameterException error, String[] arguments) {
        CommandLine command = error.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("o365-relay: " + error.getMessage());
        if (isRisky(error) || !UnmatchedArgumentException.printSuggestions(error, err)) {
            err.println("Try \"" + command.getCommandSpec().qualifiedName() + " --help\".");
        }
        err.flush();
        return ExitCode.USAGE;
    }

    /// Commands that discard mail must not be suggested for a misspelled word.
    private static boolean isRisky(ParameterException error) {
        return error instanceof UnmatchedArgumentException unmatched
                && unmatched.getSuggestions().stream()
                        .anyMatch(suggestion -> suggestion.endsWith("delete") || suggestion.endsWith("bounce"));
    }

    private static int reportFailure(Exception failure, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        int code = switch (failure) {
            case CommandFailed expected -> {
                err.println("o365-relay: " + expected.getMessage());
                yield expected.exitCode();
            }
            case ControlException rejected -> {
                err.println("o365-relay: " + rejected.getMessage());
                yield ExitCode.of(rejected.kind());
            }
            default -> {
                err.println("o365-relay: internal error, please report it:");
                failure.printStackTrace(err);
                yield ExitCode.INTERNAL;
            }
        };
        err.flush();
        return code;
    }
}
