package org.o365relay.daemon.cli.queue;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.cli.CommandContext;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ProgramVersion;
import org.o365relay.daemon.cli.types.AddressConverter;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.mail.EmailAddress;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `o365-relay queue resend`: queues failed and delivered messages again.
@Command(
        name = "resend",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Send failed or delivered messages again, as new messages with new IDs.",
            "Requires that their content is kept (queue.keep-content): for 7 days if they failed, unless configured"
                    + " otherwise.",
            "Recipients that failed get the message again; if none failed, all of them. Filters select failed messages"
                    + " only, unless --state says otherwise."
        },
        footer = {
            "%nExamples:",
            "  queue resend 06F2ABCDEFGHJ --to anna@contoso.com",
            "  queue resend --after yesterday --recipient *@contoso.com"
        })
final class QueueResendCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description = "Send to this recipient only, instead of the original ones.")
    private @Nullable EmailAddress to;

    @Option(
            names = "--to-mailbox",
            paramLabel = "MAILBOX",
            description = "Mailbox or pool to send the messages through, instead of the original one.")
    private @Nullable String mailbox;

    private QueueResendCommand(CommandContext context) {
        this.context = context;
    }

    static CommandLine of(CommandContext context) {
        CommandLine command = new CommandLine(new QueueResendCommand(context));
        QueueChangeCommand.hideAll(command.getCommandSpec());
        return command;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        String target = mailbox == null ? null : QueueRedirectCommand.target(context, mailbox);
        return new QueueActionRunner(context, targets, QueueAction.resend(to, target)).run();
    }
}
