package org.o365relay.daemon.cli;

import java.util.concurrent.Callable;
import org.o365relay.daemon.control.ControlException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay reload`: reloads the configuration of the running relay.
@Command(
        name = "reload",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Reload the configuration file of the running relay.",
            "Sessions and deliveries in progress are not interrupted. If the file has a problem, nothing is changed."
                    + " Prints each changed setting, and those that need a restart."
        })
public final class ReloadCommand implements Callable<Integer> {

    private final CliEnvironment environment;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Mixin
    private OutputOptions output = new OutputOptions();

    public ReloadCommand(CliEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        return new CommandContext(environment, config, output).reload(false);
    }
}
