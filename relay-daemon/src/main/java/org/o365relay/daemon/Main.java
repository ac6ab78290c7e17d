package org.o365relay.daemon;

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
import org.o365relay.daemon.cli.MailboxesCommand;
import org.o365relay.daemon.cli.ReloadCommand;
import org.o365relay.daemon.cli.RestoreCommand;
import org.o365relay.daemon.cli.RunCommand;
import org.o365relay.daemon.cli.SandboxCommand;
import org.o365relay.daemon.cli.SetupCommand;
import org.o365relay.daemon.cli.StatusCommand;
import org.o365relay.daemon.cli.Subcommands;
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
        System.exit(run(arguments));
    }

    /// @return the exit code
    static int run(String... arguments) {
        setDefault("logback.configurationFile", "org/o365relay/daemon/logback-default.xml");
        setDefault("logback.statusListenerClass", StderrStatusListener.class.getName());
        return commandLine(CliEnvironment.ofProgram(), arguments).execute(arguments);
    }

    private static void setDefault(String property, String value) {
        System.getProperties().putIfAbsent(property, value);
    }

    /// @return the command line with the command that the arguments name, or with all commands if they name
    ///     none
    public static CommandLine commandLine(CliEnvironment environment, String... arguments) {
        return CommandLines.of(
                commands(environment).neededBy(List.of(arguments)).toArray());
    }

    private static Subcommands commands(CliEnvironment environment) {
        return new Subcommands()
                .add("demo", () -> new DemoCommand(InProcessRelay::start))
                .add("setup", () -> new SetupCommand(environment.terminal()))
                .add("run", RunCommand::new)
                .add("check", CheckCommand::new)
                .add("config", () -> new ConfigCommand(environment))
                .add("reload", () -> new ReloadCommand(environment))
                .add("explain", ExplainCommand::new)
                .add("explain-reply", ExplainReplyCommand::new)
                .add("devices", () -> new DevicesCommand(environment))
                .add("backup", BackupCommand::new)
                .add("restore", RestoreCommand::new)
                .add("login", LoginCommand::new)
                .add("sandbox", SandboxCommand::new)
                .add("completion", () -> new CompletionCommand(() -> commandLine(environment)))
                .add("status", () -> new StatusCommand(environment))
                .addGroup("queue", rest -> QueueCommand.of(environment, rest))
                .add("trace", () -> new TraceCommand(environment))
                .addGroup("mailboxes", rest -> MailboxesCommand.of(environment, rest));
    }
}
