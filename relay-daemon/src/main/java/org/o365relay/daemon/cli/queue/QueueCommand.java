package org.o365relay.daemon.cli.queue;

import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.RelayStatus;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.daemon.cli.CommandContext;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ConfigFile;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.daemon.cli.OutputOptions;
import org.o365relay.daemon.cli.ProgramVersion;
import org.o365relay.daemon.cli.Subcommands;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// `o365-relay queue`: summarizes the queue; its subcommands list, show and change messages.
@Command(
        name = "queue",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Show and change queued messages.",
            "Without a command, shows a summary of the queue: messages by state, mailbox, device and reason, with"
                    + " advice.",
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
public final class QueueCommand implements Callable<Integer> {

    private final CliEnvironment environment;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Mixin
    private OutputOptions output = new OutputOptions();

    private QueueCommand(CliEnvironment environment) {
        this.environment = environment;
    }

    /// @param arguments the arguments that follow the command
    /// @return the command with the subcommands that the arguments need
    public static CommandLine of(CliEnvironment environment, List<String> arguments) {
        QueueCommand command = new QueueCommand(environment);
        CommandLine queue = new CommandLine(command);
        subcommands(command.context()).neededBy(arguments).forEach(queue::addSubcommand);
        return queue;
    }

    private static Subcommands subcommands(CommandContext context) {
        return new Subcommands()
                .add("list", () -> new QueueListCommand(context))
                .add("show", () -> new QueueShowCommand(context))
                .add(
                        "retry",
                        () -> QueueChangeCommand.of(
                                context,
                                QueueAction.retry(),
                                "Retry messages now instead of at their scheduled time.",
                                "Messages on hold stay on hold."))
                .add(
                        "hold",
                        () -> QueueChangeCommand.of(
                                context,
                                QueueAction.hold(),
                                "Put messages on hold. They are not delivered until released."))
                .add(
                        "release",
                        () -> QueueChangeCommand.of(
                                context, QueueAction.release(), "Release messages that are on hold."))
                .add("redirect", () -> new QueueRedirectCommand(context))
                .add("resend", () -> QueueResendCommand.of(context))
                .add(
                        "bounce",
                        () -> QueueChangeCommand.of(
                                context,
                                QueueAction.bounce(),
                                "Bounce messages: stop their delivery and send a failure notice for each."))
                .add(
                        "delete",
                        () -> QueueChangeCommand.of(
                                context,
                                QueueAction.delete(),
                                "Delete messages without notifying their senders. The history is kept."))
                .add("verify", () -> new QueueVerifyCommand(context));
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
                output.json(ControlJson.toJson(status));
            } else {
                output.lines(
                        context.queueReport(configuration).lines(status, context.waitReasons(status, configuration)));
            }
        }
        return ExitCode.OK;
    }
}
