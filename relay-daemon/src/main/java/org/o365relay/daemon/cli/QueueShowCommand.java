package org.o365relay.daemon.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.explain.HeaderDiff;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageDetail;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `o365-relay queue show`: all there is to say of one message.
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Shows a message: where it came from and where it goes, every attempt with what the upstream said, what that"
                    + " means and what to do.",
            "Works also for messages that are settled, as long as the history goes back."
        },
        footer = {
            "%nFor example:",
            "  queue show 06F2ABCDEFGHJ --headers",
            "  queue show 06F2ABCDEFGHJ --content scan.eml"
        })
final class QueueShowCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(
            paramLabel = "ID",
            converter = QueueIdConverter.class,
            description = "The message, as in the log or a list.")
    private QueueId id = new QueueId(0);

    @Option(
            names = "--content",
            arity = "0..1",
            paramLabel = "FILE",
            fallbackValue = "-",
            description =
                    "Write the message as the device sent it, octet for octet, to a new file; without FILE, or with"
                            + " -, to the standard output.")
    private @Nullable String content;

    @Option(names = "--headers", description = "Show the header as it came and as it leaves, too.")
    private boolean headers;

    QueueShowCommand(CommandContext desk) {
        this.context = desk;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        if (content != null && headers) {
            throw new CommandFailed(
                    ExitCode.USAGE, "--content writes the message, --headers shows its header; one of them");
        }
        Valid configuration = context.configuration();
        try (Control relay = context.connect(configuration)) {
            MessageDetail message = relay.show(id)
                    .orElseThrow(() ->
                            new CommandFailed(ExitCode.NO_SUCH_MESSAGE, QueueActionRunner.noSuchMessage(List.of(id))));
            if (content != null) {
                write(relay, message, content);
            } else if (context.output().isJson()) {
                context.output().json(ControlJson.text(message));
            } else {
                List<String> lines = new ArrayList<>(context.messageReport(configuration)
                        .lines(message, RunningMailboxes.closed(relay, configuration)));
                lines.addAll(headers ? header(relay, configuration, message) : List.of());
                context.output().lines(lines);
            }
        }
        return ExitCode.OK;
    }

    private List<String> header(Control relay, Valid configuration, MessageDetail message)
            throws ControlException, IOException {
        List<String> lines = new ArrayList<>(List.of(""));
        if (!message.hasContent()) {
            lines.add("The header is no longer there: the content of a settled message is not kept.");
            return lines;
        }
        try (InputStream original = relay.content(message)) {
            lines.addAll(new HeaderDiff(configuration.settings()).lines(message, original));
        }
        return lines;
    }

    private void write(Control relay, MessageDetail message, String file)
            throws CommandFailed, ControlException, IOException {
        if (!message.hasContent()) {
            throw new CommandFailed(
                    ExitCode.NO_SUCH_MESSAGE,
                    "the content of " + id + " is no longer there: it goes when a message is settled");
        }
        try (InputStream original = relay.content(message)) {
            if (file.equals("-")) {
                toOutput(original);
            } else {
                long octets = NewFile.write(original, file);
                context.output().lines(List.of("Wrote " + octets + " octets to " + file));
            }
        }
    }

    /// What strangers wrote must not reach a terminal as it is.
    private void toOutput(InputStream original) throws CommandFailed, IOException {
        if (context.environment().isInteractive()) {
            throw new CommandFailed(
                    ExitCode.USAGE, "a message may do anything to a terminal; name a file: --content " + id + ".eml");
        }
        original.transferTo(context.environment().rawOutput());
        context.environment().rawOutput().flush();
    }
}
