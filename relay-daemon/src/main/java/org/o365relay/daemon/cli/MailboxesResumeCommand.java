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

/// `o365-relay mailboxes resume`: resumes a paused mailbox, and probes it and its suspended upstreams.
@Command(
        name = "resume",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Resume a paused mailbox, and probe it and its suspended upstreams now.")
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
            ResumeResult result = relay.resume(mailbox);
            if (context.output().isJson()) {
                context.output().json(ControlJson.toJson(result));
            } else {
                context.output()
                        .lines(new ProbeLines(context.layout())
                                .lines(
                                        mailbox,
                                        result,
                                        mailbox + " is neither paused nor blocked, and has no backoffs."));
            }
        }
        return ExitCode.OK;
    }
}
