package org.o365relay.daemon.cli;

import java.util.concurrent.Callable;
import org.o365relay.config.print.EffectiveText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `o365-relay config`: prints the effective configuration.
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Print the effective configuration, including defaults. Secrets are hidden.")
public final class ConfigCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Override
    public Integer call() throws CommandFailed {
        spec.commandLine().getOut().println(EffectiveText.of(config.read()));
        spec.commandLine().getOut().flush();
        return ExitCode.OK;
    }
}
