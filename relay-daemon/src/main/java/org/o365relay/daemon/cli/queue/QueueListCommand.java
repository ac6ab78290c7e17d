package org.o365relay.daemon.cli.queue;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.cli.CommandContext;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.daemon.cli.ProgramVersion;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.MessageTable;
import org.o365relay.daemon.report.WaitReasons;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `o365-relay queue list`: lists messages.
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = {
            "List the messages in the queue, oldest first.",
            "Use --state delivered,failed,deleted to list settled messages."
        })
final class QueueListCommand implements Callable<Integer> {

    /// States of messages that are not settled.
    static final Set<MessageState> OPEN = EnumSet.allOf(MessageState.class).stream()
            .filter(MessageState::isOpen)
            .collect(Collectors.toUnmodifiableSet());

    private final CommandContext context;

    @Mixin
    private FilterOptions filters = new FilterOptions();

    @Mixin
    private PageOptions paging = new PageOptions();

    @Option(names = "--newest", description = "List newest first.")
    private boolean newest;

    QueueListCommand(CommandContext context) {
        this.context = context;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        MessageFilter filter = filters.filter(context.environment(), List.of());
        MessageFilter wanted = filters.hasStates() ? filter : filter.in(OPEN);
        Page.Order order = newest ? Page.Order.NEWEST_FIRST : Page.Order.OLDEST_FIRST;
        Valid configuration = context.configuration();
        try (Control relay = context.connect(configuration)) {
            Page page = relay.find(wanted, order, paging.from(), paging.limit());
            WaitReasons waits = context.waitReasons(relay, configuration);
            if (context.output().isJson()) {
                context.output().json(ControlJson.toJson(page, message -> waits.of(message)));
            } else {
                print(page, waits, relay.isRunning());
            }
        }
        return ExitCode.OK;
    }

    private void print(Page page, WaitReasons waits, boolean running) {
        List<String> lines = new ArrayList<>();
        if (page.entries().isEmpty()) {
            lines.add(filters.isEmpty() ? "The queue is empty." : "No message matches.");
        } else {
            lines.addAll(new MessageTable(context.layout(), waits).lines(page.entries()));
        }
        lines.addAll(more(page.next()));
        if (!running) {
            lines.add("The relay is not running.");
        }
        context.output().lines(lines);
    }

    /// @return how to show the next page; empty on the last page
    static List<String> more(@Nullable QueueId next) {
        return next == null ? List.of() : List.of("", "To show more, repeat the command with --from " + next);
    }
}
