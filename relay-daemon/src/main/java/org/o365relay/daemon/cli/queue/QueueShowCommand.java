package org.o365relay.daemon.cli.queue;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.cli.CommandContext;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.daemon.cli.ProgramVersion;
import org.o365relay.daemon.cli.types.QueueIdConverter;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.explain.HeaderDiff;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageDetail;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `o365-relay queue show`: shows a message and its history.
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Show a message and its history.",
            "Shows the envelope, the state and, for each delivery attempt, the reply from the upstream with cause and"
                    + " advice.",
            "Settled messages are shown as long as the history keeps them (queue.history)."
        },
        footer = {"%nExamples:", "  queue show 06F2ABCDEFGHJ --headers", "  queue show 06F2ABCDEFGHJ --content scan.eml"
        })
final class QueueShowCommand implements Callable<Integer> {

    private final CommandContext context;

    @Parameters(
            paramLabel = "ID",
            converter = QueueIdConverter.class,
            description = "Queue ID, as shown in the log and by \"queue list\".")
    private QueueId id = new QueueId(0);

    @Option(
            names = "--content",
            arity = "0..1",
            paramLabel = "FILE",
            fallbackValue = "-",
            description =
                    "Write the message, byte for byte as received, to a new file; without FILE, or with -, to standard"
                            + " output.")
    private @Nullable String content;

    @Option(names = "--headers", description = "Also show the header as received and as sent.")
    private boolean headers;

    QueueShowCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException, IOException {
        if (content != null && headers) {
            throw new CommandFailed(ExitCode.USAGE, "--content and --headers cannot be combined");
        }
        Valid configuration = context.configuration();
        try (Control relay = context.connect(configuration)) {
            MessageDetail message = relay.show(id)
                    .orElseThrow(() ->
                            new CommandFailed(ExitCode.NO_SUCH_MESSAGE, QueueActionRunner.noSuchMessage(List.of(id))));
            if (content != null) {
                write(relay, message, content);
            } else if (context.output().isJson()) {
                context.output()
                        .json(ControlJson.toJson(
                                message,
                                context.waitReasons(relay, configuration).of(message)));
            } else {
                List<String> lines = new ArrayList<>(
                        context.messageReport(configuration).lines(message, context.waitReasons(relay, configuration)));
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
            lines.add(
                    "The header is not available: the content of this message is no longer kept (queue.keep-content).");
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
                    "the content of " + id + " is not available: it is no longer kept (queue.keep-content)");
        }
        try (InputStream original = relay.content(message)) {
            if (file.equals("-")) {
                toOutput(original);
            } else {
                long octets = PrivateFileWriter.write(original, file);
                context.output().lines(List.of("Wrote " + octets + " bytes to " + file));
            }
        }
    }

    /// Writes the message to standard output, unless that is a terminal: the message may contain control
    /// sequences.
    private void toOutput(InputStream original) throws CommandFailed, IOException {
        if (context.environment().isInteractive()) {
            throw new CommandFailed(
                    ExitCode.USAGE, "refusing to write a message to a terminal; name a file: --content " + id + ".eml");
        }
        original.transferTo(context.environment().rawOutput());
        context.environment().rawOutput().flush();
    }
}
