package org.o365relay.daemon;

import java.util.ArrayList;
import java.util.List;
import org.o365relay.daemon.cli.BackupCommand;
import org.o365relay.daemon.cli.CheckCommand;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.daemon.cli.CommandLines;
import org.o365relay.daemon.cli.CompletionCommand;
import org.o365relay.daemon.cli.ConfigCommand;
import org.o365relay.daemon.cli.DemoCommand;
import org.o365relay.daemon.cli.DevicesCommand;
import org.o365relay.daemon.cli.ExplainCommand;
import org.o365relay.daemon.cli.ExplainReplyCommand;
import org.o365relay.daemon.cli.LoginCommand;
import org.o365relay.daemon.cli.OperatorCommands;
import org.o365relay.daemon.cli.RestoreCommand;
import org.o365relay.daemon.cli.RunCommand;
import org.o365relay.daemon.cli.SandboxCommand;
import org.o365relay.daemon.cli.SetupCommand;
import org.o365relay.daemon.demo.InProcessRelay;
import org.o365relay.daemon.setup.Terminal;
import picocli.CommandLine;

/// Entry point of the program.
public final class Main {

    private static final String LOGGING = "logback.configurationFile";

    private Main() {}

    /// Exits with one of the codes that `--help` lists.
    public static void main(String[] arguments) {
        if (System.getProperty(LOGGING) == null) {
            System.setProperty(LOGGING, "org/o365relay/daemon/logback-default.xml");
        }
        System.exit(commandLine().execute(arguments));
    }

    /// @return the command line with all commands
    static CommandLine commandLine() {
        return CommandLines.of(commands().toArray());
    }

    private static List<Object> commands() {
        List<Object> commands = new ArrayList<>(List.of(
                new DemoCommand(InProcessRelay::start),
                new SetupCommand(Terminal::ofProgram),
                new RunCommand(),
                new CheckCommand(),
                new ConfigCommand(),
                new ExplainCommand(),
                new ExplainReplyCommand(),
                new DevicesCommand(),
                new BackupCommand(),
                new RestoreCommand(),
                new LoginCommand(),
                new SandboxCommand(),
                new CompletionCommand()));
        commands.addAll(OperatorCommands.of(CliEnvironment.ofProgram()));
        return commands;
    }
}
