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

/// `o365-relay queue`: what waits, and why? Its subcommands look closer and change things.
@Command(
        name = "queue",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Shows what waits: how much, since when, for which mailbox, from which device and why; and what to do.",
            "Looking works with the relay running or not; changing something needs a running one."
        },
        footer = {
            "%nFor example:",
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

    private QueueCommand(CliEnvironment place) {
        this.environment = place;
    }

    static CommandLine commands(CliEnvironment place) {
        QueueCommand queue = new QueueCommand(place);
        CommandContext desk = queue.context();
        return new CommandLine(queue)
                .addSubcommand(new QueueListCommand(desk))
                .addSubcommand(new QueueShowCommand(desk))
                .addSubcommand(new QueueRetryCommand(desk))
                .addSubcommand(new QueueHoldCommand(desk))
                .addSubcommand(new QueueReleaseCommand(desk))
                .addSubcommand(new QueueRedirectCommand(desk))
                .addSubcommand(withoutAll(new QueueBounceCommand(desk)))
                .addSubcommand(withoutAll(new QueueDeleteCommand(desk)))
                .addSubcommand(new QueueVerifyCommand(desk));
    }

    /// It is read, to be refused with a reason, and not offered.
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
        CommandContext desk = context();
        Valid configuration = desk.configuration();
        try (Control relay = desk.connect(configuration)) {
            RelayStatus status = relay.status();
            if (output.isJson()) {
                output.json(ControlJson.text(status));
            } else {
                BlockedMailboxes closed = BlockedMailboxes.of(
                        status, configuration.settings().routes().targets());
                output.lines(desk.queueReport(configuration).lines(status, closed));
            }
        }
        return ExitCode.OK;
    }
}
