package org.o365relay.daemon.cli;

import java.util.concurrent.Callable;
import org.o365relay.config.print.EffectiveText;
import org.o365relay.daemon.control.ControlException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `o365-relay config`: prints the effective configuration, or what a reload would change.
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Print the effective configuration, including defaults. Secrets are hidden.",
            "With --diff, print what \"o365-relay reload\" would change in the running relay."
        })
public final class ConfigCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final CliEnvironment environment;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(
            names = "--diff",
            description = "Compare the file with the configuration of the running relay, and change nothing.")
    private boolean diff;

    public ConfigCommand(CliEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        if (diff) {
            return new CommandContext(environment, config, output).reload(true);
        }
        if (output.isJson()) {
            throw new CommandFailed(ExitCode.USAGE, "--json requires --diff");
        }
        spec.commandLine().getOut().println(EffectiveText.of(config.read()));
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }
}
