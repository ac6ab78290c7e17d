package org.o365relay.daemon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.setup.InvalidAnswersException;
import org.o365relay.daemon.setup.Setup;
import org.o365relay.daemon.setup.SetupOption;
import org.o365relay.daemon.setup.SystemPaths;
import org.o365relay.daemon.setup.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay setup`: writes the initial configuration.
@Command(
        name = "setup",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        sortOptions = false,
        description = {
            "Create the configuration.",
            "Asks for the settings, writes relay.conf, the secret files, and a PowerShell script for an administrator"
                    + " of Microsoft 365. Then checks the result; the check is skipped while something is missing, such as"
                    + " the app's ID. Settings given as options are not asked for. As root, it also passes the secret"
                    + " files to the systemd service. Changes nothing in Microsoft 365 and opens no network connection"
                    + " before the check."
        },
        footer = {
            "%nWithout a terminal, settings that are not given get their defaults; missing required settings are"
                    + " reported.",
            "The exit code is 0 once the files are written, even if the check fails."
        })
public final class SetupCommand implements Callable<Integer> {

    private final Supplier<Optional<Terminal>> terminal;
    private final SystemPaths paths;

    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Directory for the files (default: /etc/o365-relay for root, else the current directory).")
    private @Nullable Path directory;

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "Copy the client secret, the password, or the password of the certificate from this file."
                    + " Secrets cannot be given on the command line.")
    private @Nullable Path secretFile;

    @Option(names = "--force", description = "Replace existing files; they are kept as .bak.")
    private boolean force;

    @Option(names = "--yes", description = "Ask no questions (the default if there is no terminal).")
    private boolean defaults;

    @Option(names = "--no-check", description = "Do not run \"o365-relay check\" at the end.")
    private boolean noCheck;

    /// @param terminal supplies the terminal of the user; empty if there is none
    public SetupCommand(Supplier<Optional<Terminal>> terminal) {
        this(terminal, SystemPaths.ofMachine());
    }

    /// @param paths directories of an installation as a systemd service
    SetupCommand(Supplier<Optional<Terminal>> terminal, SystemPaths paths) {
        this.terminal = terminal;
        this.paths = paths;
    }

    /// Adds an option for each setup question.
    @Spec
    void addQuestionOptions(CommandSpec command) {
        spec = command;
        SetupOption.all()
                .forEach(option -> command.addOption(OptionSpec.builder(option.name())
                        .type(String.class)
                        .paramLabel(option.parameter())
                        .description(option.description())
                        .build()));
    }

    @Override
    public Integer call() throws CommandFailed {
        PrintWriter out = spec.commandLine().getOut();
        Setup.Result written = write();
        written.lines().forEach(out::println);
        out.flush();
        if (!noCheck && !written.missing().isEmpty()) {
            out.println();
            out.println("The check is not run yet, because it needs:");
            written.missing().forEach(missing -> out.println("  " + missing));
            out.flush();
        } else if (!noCheck) {
            check(written.config(), out);
        }
        return ExitCode.OK;
    }

    private Setup.Result write() throws CommandFailed {
        Optional<Terminal> prompts = defaults ? Optional.empty() : terminal.get();
        try {
            return new Setup(directory, force, secretFile, prompts, paths).write(given());
        } catch (InvalidAnswersException e) {
            throw new CommandFailed(ExitCode.USAGE, e.getMessage() + hint(prompts));
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailed(
                    ExitCode.CANNOT_CREATE,
                    e.getFile()
                            + " already exists, no file was written; use --force to replace it (it is kept as .bak), or"
                            + " --directory for another directory");
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.CANNOT_CREATE, reason(e));
        }
    }

    private static String hint(Optional<Terminal> prompts) {
        return prompts.isPresent() ? "" : "\nNo file was written. See o365-relay setup --help.";
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "permission denied: " + denied.getFile();
            case NoSuchFileException missing -> "no such file: " + missing.getFile();
            default -> String.valueOf(e.getMessage());
        };
    }

    private Map<String, String> given() {
        Map<String, String> given = new HashMap<>();
        for (OptionSpec option : spec.commandLine().getParseResult().matchedOptions()) {
            if (option.getValue() instanceof String text) {
                given.put(option.longestName().substring(2), text);
            }
        }
        return given;
    }

    private void check(Path config, PrintWriter out) {
        CommandLine program = CommandLines.of(new CheckCommand())
                .setOut(out)
                .setErr(spec.commandLine().getErr());
        out.println();
        out.println("o365-relay check --config " + config);
        out.flush();
        if (program.execute("check", "--config", config.toString()) != ExitCode.OK) {
            out.println();
            out.println("The check failed. The files are written: complete the next steps above, wait up to an hour for"
                    + " Microsoft 365 to apply the changes, and run the check again.");
            out.flush();
        }
    }
}
