package org.o365relay.daemon.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.RelaySettings;
import org.o365relay.config.ConfigReader;
import org.o365relay.config.Configuration;
import org.o365relay.config.Configuration.Invalid;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.config.hocon.Problem;
import org.o365relay.queue.jdbc.sqlite.DataDirectoryPermissions;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/// The `--config` option of the commands that read a configuration.
public final class ConfigFile {

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            scope = ScopeType.INHERIT,
            defaultValue = "/etc/o365-relay/relay.conf",
            description = {"Configuration file; the default is", "${DEFAULT-VALUE}."})
    private Path file = Path.of("relay.conf");

    private @Nullable Valid valid;

    Path file() {
        return file;
    }

    /// Reads the file and prints to standard error all problems or, if the configuration is valid, all
    /// warnings.
    ///
    /// @throws CommandFailed if the configuration is invalid or cannot be read
    Valid read() throws CommandFailed {
        Valid read = read(new ConfigReader(System.getenv()), "; nothing was started");
        PrintWriter err = spec.commandLine().getErr();
        read.warnings().forEach(warning -> err.println("warning: " + warning));
        err.flush();
        return read;
    }

    /// Like [#read()], but for commands that access a running relay or its queue: prints no warnings, does not
    /// open files with secrets, certificates or users, and treats secrets as set. Reads the file only on the
    /// first call.
    Valid readForOperators() throws CommandFailed {
        Valid known = valid;
        if (known == null) {
            known = read(new ConfigReader(System.getenv()).forOperators(), "");
            valid = known;
        }
        return known;
    }

    /// Like [#readForOperators()], but ignores problems if the file can be read in spite of them: the running
    /// relay reports them.
    Valid readWithProblems() throws CommandFailed {
        ConfigReader reader = new ConfigReader(System.getenv()).forOperators();
        return valid(reader.readWithProblems(file), "; the running relay keeps its configuration");
    }

    /// Prints problems to standard error.
    void report(List<String> problems) {
        PrintWriter err = spec.commandLine().getErr();
        problems.forEach(err::println);
        err.flush();
    }

    /// Prints the warning that the relay logs at startup if every user can list the data directory.
    void warnIfDataDirectoryIsReadable(RelaySettings settings) {
        DataDirectoryPermissions.warning(settings.queue().directory()).ifPresent(this::warn);
    }

    /// Prints a warning to standard error.
    void warn(String warning) {
        PrintWriter err = spec.commandLine().getErr();
        err.println("warning: " + warning);
        err.flush();
    }

    private Valid read(ConfigReader reader, String consequence) throws CommandFailed {
        return valid(reader.read(file), consequence);
    }

    private Valid valid(Configuration configuration, String consequence) throws CommandFailed {
        return switch (configuration) {
            case Valid read -> read;
            case Invalid(var problems) -> {
                report(problems.stream().map(Problem::toString).toList());
                throw new CommandFailed(
                        ExitCode.CONFIGURATION,
                        (problems.size() == 1 ? "1 problem" : problems.size() + " problems") + " in " + file
                                + consequence);
            }
        };
    }
}
