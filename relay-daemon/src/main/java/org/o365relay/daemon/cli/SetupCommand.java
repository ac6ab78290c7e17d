package org.o365relay.daemon.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
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
import org.o365relay.daemon.setup.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay setup`: the first configuration.
@Command(
        name = "setup",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        sortOptions = false,
        description =
                "Asks what has to be known and writes relay.conf, the secrets' own files, and the PowerShell script"
                        + " with which an administrator lets the relay into Microsoft 365; then checks it all. What is given by an"
                        + " option is not asked. Connects to nothing before the check, and changes nothing in Microsoft 365.",
        footer = {
            "%nWithout a terminal nothing is asked: what has a default takes it, and what is missing is listed.",
            "Exit code 0 once the files are written, even if the check does not pass yet."
        })
public final class SetupCommand implements Callable<Integer> {

    private static final Path SYSTEM_DIRECTORY = Path.of("/etc/o365-relay");

    private final Supplier<Optional<Terminal>> terminal;

    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "Where to write (default: /etc/o365-relay if it can be written to, else this directory).")
    private @Nullable Path directory;

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            description = "A file with the client secret, password, or password of the certificate; it is copied."
                    + " Secrets are never given on the command line.")
    private @Nullable Path secretFile;

    @Option(names = "--force", description = "Replace files that are there; they are kept as .bak.")
    private boolean force;

    @Option(names = "--yes", description = "Ask nothing, as without a terminal.")
    private boolean defaults;

    @Option(names = "--no-check", description = "Do not run \"check\" at the end.")
    private boolean noCheck;

    /// @param terminal whom to ask
    public SetupCommand(Supplier<Optional<Terminal>> terminal) {
        this.terminal = terminal;
    }

    /// Makes an option of every question.
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
        Setup.Written written = write();
        written.lines().forEach(out::println);
        out.flush();
        if (!noCheck) {
            check(written.config(), out);
        }
        return ExitCode.OK;
    }

    private Setup.Written write() throws CommandFailed {
        Optional<Terminal> asked = defaults ? Optional.empty() : terminal.get();
        Path target = directory == null ? defaultDirectory() : directory;
        try {
            return new Setup(target, force, secretFile, asked).write(given());
        } catch (InvalidAnswersException e) {
            throw new CommandFailed(ExitCode.USAGE, e.getMessage() + hint(asked));
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailed(
                    ExitCode.CANNOT_CREATE,
                    e.getFile() + " is there already, nothing was written; --force replaces it and keeps it as .bak,"
                            + " --directory writes elsewhere");
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.CANNOT_CREATE, reason(e));
        }
    }

    private static String hint(Optional<Terminal> asked) {
        return asked.isPresent() ? "" : "\nNothing was written. See o365-relay setup --help.";
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "no permission for " + denied.getFile();
            case NoSuchFileException missing -> "there is no file " + missing.getFile();
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

    private static Path defaultDirectory() {
        return Files.isDirectory(SYSTEM_DIRECTORY) && Files.isWritable(SYSTEM_DIRECTORY)
                ? SYSTEM_DIRECTORY
                : Path.of("");
    }

    private void check(Path config, PrintWriter out) {
        CommandLine program = spec.commandLine().getParent();
        out.println();
        out.println("o365-relay check --config " + config);
        out.flush();
        if (program.execute("check", "--config", config.toString()) != ExitCode.OK) {
            out.println();
            out.println(
                    "The check does not pass yet. Nothing is lost by that: do what stands above, wait up to an hour for"
                            + " Microsoft 365, and run it again.");
            out.flush();
        }
    }
}
