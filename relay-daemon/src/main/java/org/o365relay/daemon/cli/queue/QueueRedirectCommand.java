package org.o365relay.daemon.cli.queue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.cli.CommandContext;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.daemon.cli.ProgramVersion;
import org.o365relay.daemon.cli.types.AddressConverter;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.EmailAddress;
import org.o365relay.route.Target;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `o365-relay queue redirect`: changes the mailbox or a recipient of messages.
@Command(
        name = "redirect",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Redirect messages to another mailbox or recipient.",
            "Use --to-mailbox for another mailbox or pool, and --recipient OLD --to NEW for another recipient.",
            "With --to, --recipient names the recipient to replace; other recipients of the messages are kept."
        })
final class QueueRedirectCommand implements Callable<Integer> {

    private final CommandContext context;

    @Mixin
    private BulkOptions targets = new BulkOptions();

    @Option(
            names = "--to-mailbox",
            paramLabel = "MAILBOX",
            description = "Mailbox or pool to send the messages through.")
    private @Nullable String mailbox;

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            converter = AddressConverter.class,
            description = "New recipient; replaces the recipient given by --recipient.")
    private @Nullable EmailAddress to;

    QueueRedirectCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        return new QueueActionRunner(context, targets, action()).run();
    }

    private QueueAction action() throws CommandFailed {
        if ((mailbox == null) == (to == null)) {
            throw usageError("no target given; use either --to-mailbox MAILBOX, or --recipient OLD --to NEW");
        }
        return to == null
                ? QueueAction.redirect(target(context, String.valueOf(mailbox)))
                : QueueAction.readdress(replaced(), to);
    }

    private EmailAddress replaced() throws CommandFailed {
        String recipient = targets.filters().recipient();
        if (recipient == null) {
            throw usageError("--to requires --recipient ADDRESS, the recipient to replace");
        }
        return EmailAddress.parse(recipient)
                .filter(address -> !recipient.contains("*"))
                .orElseThrow(() -> usageError(
                        "--recipient: '" + recipient + "' is not an email address; --to replaces a single recipient"));
    }

    /// @param name value of `--to-mailbox`
    /// @return the name of the mailbox or pool, as configured
    /// @throws CommandFailed if there is none with this name
    static String target(CommandContext context, String name) throws CommandFailed {
        List<String> names = context.configuration().settings().routes().targets().stream()
                .map(Target::name)
                .toList();
        return names.stream()
                .filter(target -> target.equals(name) || target.equals(AddressKey.ofName(name)))
                .findFirst()
                .orElseThrow(() -> usageError("--to-mailbox: no mailbox or pool '" + name
                        + "'; the mailboxes and pools are " + String.join(", ", names)));
    }

    private static CommandFailed usageError(String message) {
        return new CommandFailed(ExitCode.USAGE, message);
    }
}
