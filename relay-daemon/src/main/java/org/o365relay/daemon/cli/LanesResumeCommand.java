package org.o365relay.daemon.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.mail.EmailAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `o365-relay lanes resume`.
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description =
                "Lets mail leave again through a mailbox that was stopped; tries at once whether its trouble is over.")
final class LanesResumeCommand implements Callable<Integer> {

    private final Desk desk;

    @Parameters(paramLabel = "MAILBOX", converter = AddressConverter.class, description = "The mailbox's address.")
    private EmailAddress mailbox = new EmailAddress("mailbox", "");

    LanesResumeCommand(Desk desk) {
        this.desk = desk;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        try (Control relay = desk.relay(desk.configuration())) {
            boolean changed = relay.resume(mailbox);
            if (desk.answer().isJson()) {
                desk.answer().json("{\"changed\":" + changed + "}");
            } else {
                desk.answer()
                        .lines(List.of(mailbox + (changed ? " goes on." : " was not stopped, and has no trouble.")));
            }
        }
        return ExitCode.OK;
    }
}
