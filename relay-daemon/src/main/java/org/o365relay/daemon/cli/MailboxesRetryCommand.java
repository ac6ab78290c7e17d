package org.o365relay.daemon.cli;

import java.util.concurrent.Callable;
import org.o365relay.ResumeResult;
import org.o365relay.daemon.cli.types.AddressConverter;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.mail.EmailAddress;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/// `o365-relay mailboxes retry`: probes a blocked mailbox and its suspended upstreams, and ends its backoffs.
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Probe a blocked mailbox and its suspended upstreams now, whatever their schedule, and end the"
                + " backoffs of authors and recipients. A paused mailbox is not probed: use resume.")
final class MailboxesRetryCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(paramLabel = "MAILBOX", converter = AddressConverter.class, description = "Address of the mailbox.")
    private EmailAddress mailbox = new EmailAddress("mailbox", "");

    MailboxesRetryCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        try (Control relay = context.connect(context.configuration())) {
            ResumeResult result = relay.retry(mailbox);
            if (context.output().isJson()) {
                context.output().json(ControlJson.toJson(result));
            } else {
                context.output()
                        .lines(new ProbeLines(context.layout())
                                .lines(
                                        mailbox,
                                        result,
                                        mailbox
                                                + " is not blocked and has no backoffs, so there is nothing to"
                                                + " retry."));
            }
        }
        return ExitCode.OK;
    }
}
