package org.o365relay.daemon.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.daemon.cli.types.AddressConverter;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.mail.EmailAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `o365-relay mailboxes pause`: pauses a mailbox.
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description =
                "Pause a mailbox. Its mail is accepted and queued, but not sent until the mailbox is resumed, even after a"
                        + " restart.")
final class MailboxesPauseCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(paramLabel = "MAILBOX", converter = AddressConverter.class, description = "Address of the mailbox.")
    private EmailAddress mailbox = new EmailAddress("mailbox", "");

    MailboxesPauseCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        try (Control relay = context.connect(context.configuration())) {
            boolean changed = relay.pause(mailbox);
            if (context.output().isJson()) {
                context.output().json("{\"changed\":" + changed + "}");
            } else {
                context.output()
                        .lines(List.of(mailbox
                                + (changed
                                        ? " is paused. Its mail stays in the queue until you run: o365-relay mailboxes resume "
                                                + mailbox
                                        : " is already paused.")));
            }
        }
        return ExitCode.OK;
    }
}
