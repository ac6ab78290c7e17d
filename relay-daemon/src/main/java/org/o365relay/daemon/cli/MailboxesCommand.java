package org.o365relay.daemon.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.MailboxTable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay mailboxes`: shows the state of every mailbox.
@Command(
        name = "mailboxes",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "List the mailboxes and their state.",
            "Shows for each mailbox whether it sends mail and, if not, the cause, advice and the next probe."
        })
public final class MailboxesCommand implements Callable<Integer> {

    private final CliEnvironment environment;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Mixin
    private OutputOptions output = new OutputOptions();

    private MailboxesCommand(CliEnvironment environment) {
        this.environment = environment;
    }

    /// @param arguments the arguments that follow the command
    /// @return the command with the subcommands that the arguments need
    public static CommandLine of(CliEnvironment environment, List<String> arguments) {
        MailboxesCommand command = new MailboxesCommand(environment);
        CommandContext context = command.context();
        CommandLine mailboxes = new CommandLine(command);
        new Subcommands()
                .add("pause", () -> new MailboxesPauseCommand(context))
                .add("resume", () -> new MailboxesResumeCommand(context))
                .add("retry", () -> new MailboxesRetryCommand(context))
                .neededBy(arguments)
                .forEach(mailboxes::addSubcommand);
        return mailboxes;
    }

    private CommandContext context() {
        return new CommandContext(environment, config, output);
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        CommandContext context = context();
        Valid configuration = context.configuration();
        try (Control relay = context.connect(configuration)) {
            RelayStatus status = relay.status();
            Running running = status.running();
            if (running == null) {
                throw new CommandFailed(
                        ExitCode.UNAVAILABLE,
                        "the relay is not running, so no mail is sent. Start it: systemctl start o365-relay");
            }
            if (output.isJson()) {
                output.json(ControlJson.lines(running.mailboxes()));
            } else {
                List<String> lines = new MailboxTable(context.layout(), context.waitReasons(status, configuration))
                        .lines(running.mailboxes(), status.queue().mailboxes());
                output.lines(lines);
            }
        }
        return ExitCode.OK;
    }
}
