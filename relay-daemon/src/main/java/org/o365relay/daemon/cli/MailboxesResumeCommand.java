package org.o365relay.daemon.cli;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.o365relay.RelayStatus.Running;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.deliver.MailboxStatus;
import org.o365relay.deliver.MailboxStatus.State;
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
final class MailboxesResumeCommand implements Callable<Integer> {

    private final CommandContext desk;

    @Parameters(paramLabel = "MAILBOX", converter = AddressConverter.class, description = "The mailbox's address.")
    private EmailAddress mailbox = new EmailAddress("mailbox", "");

    MailboxesResumeCommand(CommandContext desk) {
        this.desk = desk;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        try (Control relay = desk.relay(desk.configuration())) {
            boolean stopped = state(relay).filter(State.PAUSED::equals).isPresent();
            boolean changed = relay.resume(mailbox);
            if (desk.answer().isJson()) {
                desk.answer().json("{\"changed\":" + changed + "}");
            } else {
                desk.answer().lines(List.of(mailbox + words(relay, stopped, changed)));
            }
        }
        return ExitCode.OK;
    }

    private String words(Control relay, boolean stopped, boolean changed) throws ControlException {
        if (!changed) {
            return " was not stopped, and has no trouble.";
        }
        return stopped && state(relay).filter(State.OPEN::equals).isPresent()
                ? " goes on."
                : " is being tried now; see: o365-relay lanes";
    }

    private Optional<State> state(Control relay) throws ControlException {
        Running running = relay.status().running();
        return running == null
                ? Optional.empty()
                : running.lanes().stream()
                        .filter(lane -> lane.mailbox().equalsIgnoreCase(mailbox.toString()))
                        .map(MailboxStatus::state)
                        .findFirst();
    }
}
