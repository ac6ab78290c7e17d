package org.o365relay.daemon;

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
import org.o365relay.daemon.cli.MailboxesCommand;
import org.o365relay.daemon.cli.RestoreCommand;
import org.o365relay.daemon.cli.RunCommand;
import org.o365relay.daemon.cli.SandboxCommand;
import org.o365relay.daemon.cli.SetupCommand;
import org.o365relay.daemon.cli.StatusCommand;
import org.o365relay.daemon.cli.queue.QueueCommand;
import org.o365relay.daemon.cli.queue.TraceCommand;
import org.o365relay.daemon.demo.InProcessRelay;
import org.o365relay.daemon.log.StderrStatusListener;
import picocli.CommandLine;

/// Entry point of the program.
public final class Main {

    private Main() {}

    /// Exits with one of the codes that `--help` lists.
    public static void main(String[] arguments) {
        setDefault("logback.configurationFile", "org/o365relay/daemon/logback-default.xml");
        setDefault("logback.statusListenerClass", StderrStatusListener.class.getName());
        System.exit(commandLine(CliEnvironment.ofProgram()).execute(arguments));
    }

    private static void setDefault(String property, String value) {
        System.getProperties().putIfAbsent(property, value);
    }

    /// @return the command line with all commands
    public static CommandLine commandLine(CliEnvironment environment) {
        return CommandLines.of(
                new DemoCommand(InProcessRelay::start),
                new SetupCommand(environment.terminal()),
                new RunCommand(),
                new CheckCommand(),
                new ConfigCommand(),
                new ExplainCommand(),
                new ExplainReplyCommand(),
                new DevicesCommand(environment),
                new BackupCommand(),
                new RestoreCommand(),
                new LoginCommand(),
                new SandboxCommand(),
                new CompletionCommand(),
                new StatusCommand(environment),
                QueueCommand.of(environment),
                new TraceCommand(environment),
                MailboxesCommand.of(environment));
    }
}
