package org.o365relay.daemon.cli;

import java.util.concurrent.Callable;
import org.o365relay.RelayStatus;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.BlockedMailboxes;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;

/// `o365-relay queue`: summarizes the queue; its subcommands list, show and change messages.
@Command(
        name = "queue",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Show and change queued messages.",
            "Without a command, shows a summary of the queue: messages by state, mailbox, device and reason, with advice.",
            "Commands that only read the queue work whether or not the relay is running; commands that change messages"
                    + " require a running relay."
        },
        footer = {
            "%nExamples:",
            "  queue list --state deferred --older 2h",
            "  queue show 06F2ABCDEFGHJ",
            "  queue retry --reason credentials-incorrect",
            "  queue delete --client 192.168.10.7 --after yesterday --dry-run"
        })
final class QueueCommand implements Callable<Integer> {

    private final CliEnvironment environment;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Mixin
    private OutputOptions output = new OutputOptions();

    private QueueCommand(CliEnvironment environment) {
        this.environment = environment;
    }

    static CommandLine commands(CliEnvironment environment) {
        QueueCommand queue = new QueueCommand(environment);
        CommandContext context = queue.context();
        return new CommandLine(queue)
                .addSubcommand(new QueueListCommand(context))
                .addSubcommand(new QueueShowCommand(context))
                .addSubcommand(new QueueRetryCommand(context))
                .addSubcommand(new QueueHoldCommand(context))
                .addSubcommand(new QueueReleaseCommand(context))
                .addSubcommand(new QueueRedirectCommand(context))
                .addSubcommand(withoutAll(new QueueBounceCommand(context)))
                .addSubcommand(withoutAll(new QueueDeleteCommand(context)))
                .addSubcommand(new QueueVerifyCommand(context));
    }

    /// Hides `--all` from help and completion. It is still parsed, so that the error message can name the
    /// alternative.
    private static CommandLine withoutAll(Object command) {
        CommandLine line = new CommandLine(command);
        OptionSpec all = line.getCommandSpec().findOption("--all");
        line.getCommandSpec().remove(all);
        line.getCommandSpec().addOption(OptionSpec.builder(all).hidden(true).build());
        return line;
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
            if (output.isJson()) {
                output.json(ControlJson.text(status));
            } else {
                BlockedMailboxes blocked = BlockedMailboxes.of(
                        status, configuration.settings().routes().targets());
                output.lines(context.queueReport(configuration).lines(status, blocked));
            }
        }
        return ExitCode.OK;
    }
}
