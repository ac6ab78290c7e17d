package org.o365relay.daemon.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.BlockedMailboxes;
import org.o365relay.daemon.report.TraceTable;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.Page;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `o365-relay trace`: did the scan from 14:05 go out?
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Says what came in and what happened to it, the newest first: what waits, and what is settled, as long as the"
                    + " history goes back (queue.history, 30 days).",
            "One message is told with all that happened; several are listed with how they ended."
        },
        footer = {
            "%nFor example:",
            "  trace --client 192.168.10.7 --after 14:00",
            "  trace anna@contoso.com",
            "  trace \"Scan from MFP\" --younger 2d",
            "  trace '<20261121.140502@mfp-2>'"
        })
final class TraceCommand implements Callable<Integer> {

    private final CliEnvironment environment;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Mixin
    private FilterOptions filterOptions = new FilterOptions();

    @Mixin
    private PageOptions paging = new PageOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "TEXT",
            description = "What is looked for: a message's id, a device's IP address, the mail address of a sender or"
                    + " recipient, a Message-ID, or else something of the subject.")
    private @Nullable String text;

    TraceCommand(CliEnvironment place) {
        this.environment = place;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        CommandContext desk = new CommandContext(environment, config, output);
        List<MessageFilter> ways = filters();
        Valid configuration = desk.configuration();
        try (Control relay = desk.connect(configuration)) {
            Page page = MessageSearch.find(relay, ways, paging.from(), paging.limit());
            List<MessageDetail> messages = new ArrayList<>();
            for (MessageEntry line : page.entries()) {
                relay.show(line.id()).ifPresent(messages::add);
            }
            if (output.isJson()) {
                output.json(ControlJson.text(messages, page.next()));
            } else {
                output.lines(lines(desk, configuration, messages, page, RunningMailboxes.closed(relay, configuration)));
            }
        }
        return ExitCode.OK;
    }

    private List<MessageFilter> filters() throws CommandFailed {
        MessageFilter base = filterOptions.filter(environment, List.of());
        if (text == null) {
            return List.of(base);
        }
        if (text.isBlank()) {
            throw new CommandFailed(ExitCode.USAGE, "TEXT is empty; leave it out to ask for all");
        }
        return new TraceQuery(text.strip()).filters(base);
    }

    private List<String> lines(
            CommandContext desk,
            Valid configuration,
            List<MessageDetail> messages,
            Page page,
            BlockedMailboxes closed) {
        if (messages.isEmpty()) {
            String where = text == null ? "" : " It was looked for in " + new TraceQuery(text.strip()).searched() + ".";
            return List.of(
                    "Nothing is known of such a message." + where,
                    "It has not come to this relay, has been refused (the log says \"rejected\", and \"o365-relay devices\""
                            + " counts it), or is so old that it is forgotten.");
        }
        List<String> lines = new ArrayList<>(
                messages.size() == 1 && page.next() == null
                        ? desk.messageReport(configuration).lines(messages.getFirst(), closed)
                        : new TraceTable(desk.layout(), closed).lines(messages));
        lines.addAll(QueueListCommand.more(page.next()));
        return lines;
    }
}
