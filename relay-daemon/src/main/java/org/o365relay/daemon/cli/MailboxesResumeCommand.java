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

/// `o365-relay mailboxes resume`.
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Resume a paused mailbox; if it is blocked, probe it now.")
final class MailboxesResumeCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(paramLabel = "MAILBOX", converter = AddressConverter.class, description = "Address of the mailbox.")
    private EmailAddress mailbox = new EmailAddress("mailbox", "");

    MailboxesResumeCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        try (Control relay = context.connect(context.configuration())) {
            boolean paused = state(relay).filter(State.PAUSED::equals).isPresent();
            boolean changed = relay.resume(mailbox);
            if (context.output().isJson()) {
                context.output().json("{\"changed\":" + changed + "}");
            } else {
                context.output().lines(List.of(mailbox + outcome(relay, paused, changed)));
            }
        }
        return ExitCode.OK;
    }

    private String outcome(Control relay, boolean paused, boolean changed) throws ControlException {
        if (!changed) {
            return " is neither paused nor blocked.";
        }
        return paused && state(relay).filter(State.OPEN::equals).isPresent()
                ? " is resumed."
                : " is being probed. See the result: o365-relay mailboxes";
    }

    private Optional<State> state(Control relay) throws ControlException {
        Running running = relay.status().running();
        return running == null
                ? Optional.empty()
                : running.mailboxes().stream()
                        .filter(status -> status.mailbox().equalsIgnoreCase(mailbox.toString()))
                        .map(MailboxStatus::state)
                        .findFirst();
    }
}
