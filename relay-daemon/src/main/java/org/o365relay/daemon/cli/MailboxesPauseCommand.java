package org.o365relay.daemon.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.mail.EmailAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `o365-relay lanes pause`.
@Command(
        name = "pause",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description =
                "Stops a mailbox: mail is taken and kept, and nothing leaves until it is resumed, also after a restart.")
final class MailboxesPauseCommand implements Callable<Integer> {

    private final CommandContext desk;

    @Parameters(paramLabel = "MAILBOX", converter = AddressConverter.class, description = "The mailbox's address.")
    private EmailAddress mailbox = new EmailAddress("mailbox", "");

    MailboxesPauseCommand(CommandContext desk) {
        this.desk = desk;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        try (Control relay = desk.relay(desk.configuration())) {
            boolean changed = relay.pause(mailbox);
            if (desk.answer().isJson()) {
                desk.answer().json("{\"changed\":" + changed + "}");
            } else {
                desk.answer()
                        .lines(List.of(mailbox
                                + (changed
                                        ? " is stopped: mail is kept until \"o365-relay lanes resume " + mailbox + "\""
                                        : " was stopped already.")));
            }
        }
        return ExitCode.OK;
    }
}
