package org.o365relay.daemon.cli.queue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.daemon.cli.CommandContext;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ConfigFile;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.daemon.cli.OutputOptions;
import org.o365relay.daemon.cli.ProgramVersion;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.TraceTable;
import org.o365relay.daemon.report.WaitReasons;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.Page;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `o365-relay trace`: finds messages and shows what happened to them.
@Command(
        name = "trace",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "Find messages and show what happened to them.",
            "Searches queued messages, and settled ones as long as the history keeps them (queue.history, by default 30 days)."
                    + " Results are listed newest first.",
            "A single result is shown in full; several are listed with their outcome."
        },
        footer = {
            "%nExamples:",
            "  trace --client 192.168.10.7 --after 14:00",
            "  trace anna@contoso.com",
            "  trace \"Scan from MFP\" --younger 2d",
            "  trace '<20261121.140502@mfp-2>'"
        })
public final class TraceCommand implements Callable<Integer> {

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
            description = "Text to search for: a queue ID, the IP address of a device, the email address of a sender or"
                    + " recipient, a Message-ID, or part of the subject.")
    private @Nullable String text;

    public TraceCommand(CliEnvironment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        CommandContext context = new CommandContext(environment, config, output);
        List<MessageFilter> filters = filters();
        Valid configuration = context.configuration();
        try (Control relay = context.connect(configuration)) {
            Page page = MessageSearch.find(relay, filters, paging.from(), paging.limit());
            List<MessageDetail> messages = new ArrayList<>();
            for (MessageEntry entry : page.entries()) {
                relay.show(entry.id()).ifPresent(messages::add);
            }
            if (output.isJson()) {
                output.json(ControlJson.toJson(messages, page.next()));
            } else {
                output.lines(lines(context, configuration, messages, page, context.waitReasons(relay, configuration)));
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
            throw new CommandFailed(ExitCode.USAGE, "TEXT is empty; leave it out to match all messages");
        }
        return new TraceQuery(text.strip()).filters(base);
    }

    private List<String> lines(
            CommandContext context, Valid configuration, List<MessageDetail> messages, Page page, WaitReasons waits) {
        if (messages.isEmpty()) {
            String where = text == null ? "" : " Searched: " + new TraceQuery(text.strip()).searched() + ".";
            return List.of(
                    "No message matches." + where,
                    "Either it did not reach this relay, it was rejected (logged as \"rejected\" and counted by"
                            + " \"o365-relay devices\"), or its history has expired.");
        }
        List<String> lines = new ArrayList<>(
                messages.size() == 1 && page.next() == null
                        ? context.messageReport(configuration).lines(messages.getFirst(), waits)
                        : new TraceTable(context.layout(), waits).lines(messages));
        lines.addAll(QueueListCommand.more(page.next()));
        return lines;
    }
}
