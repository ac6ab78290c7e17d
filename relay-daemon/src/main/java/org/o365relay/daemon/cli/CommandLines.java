package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.util.List;
import org.o365relay.daemon.control.ControlException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// The command line as a whole, with what holds for every command: how mistakes are answered, and with which
/// exit code.
public final class CommandLines {

    private CommandLines() {}

    /// @param commands besides the root
    public static CommandLine of(Object... commands) {
        CommandLine root = new CommandLine(new RelayCommand());
        List.of(commands).forEach(root::addSubcommand);
        return root.setParameterExceptionHandler(CommandLines::explainMistake)
                .setExecutionExceptionHandler(CommandLines::explainFailure)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100);
    }

    private static int explainMistake(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("o365-relay: " + mistake.getMessage());
        if (isRisky(mistake) || !UnmatchedArgumentException.printSuggestions(mistake, err)) {
            err.println("Try \"" + command.getCommandSpec().qualifiedName() + " --help\".");
        }
        err.flush();
        return ExitCode.USAGE;
    }

    /// Nobody is to delete mail because a word looks like it.
    private static boolean isRisky(ParameterException mistake) {
        return mistake instanceof UnmatchedArgumentException unmatched
                && unmatched.getSuggestions().stream()
                        .anyMatch(suggestion -> suggestion.endsWith("delete") || suggestion.endsWith("bounce"));
    }

    private static int explainFailure(Exception failure, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        int code = switch (failure) {
            case CommandFailed expected -> {
                err.println("o365-relay: " + expected.getMessage());
                yield expected.exitCode();
            }
            case ControlException refusal -> {
                err.println("o365-relay: " + refusal.getMessage());
                yield ExitCode.of(refusal.kind());
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
