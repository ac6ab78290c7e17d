package org.o365relay.daemon.cli;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.BlockedMailboxes;
import org.o365relay.daemon.report.MessageTable;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `o365-relay queue list`: which messages wait?
@Command(
        name = "list",
        mixinStandardHelpOptions = true,
        versionProvider = ProgramVersion.class,
        description = "Lists messages that wait, the oldest first. --state delivered,failed,deleted shows others, too.")
final class QueueListCommand implements Callable<Integer> {

    /// What the relay still has to do something with.
    static final Set<MessageState> OPEN = EnumSet.allOf(MessageState.class).stream()
            .filter(MessageState::isOpen)
            .collect(Collectors.toUnmodifiableSet());

    private final CommandContext context;

    @Mixin
    private FilterOptions filters = new FilterOptions();

    @Mixin
    private PageOptions paging = new PageOptions();

    @Option(names = "--newest", description = "The newest first.")
    private boolean newest;

    QueueListCommand(CommandContext desk) {
        this.context = desk;
    }

    @Override
    public Integer call() throws CommandFailed, ControlException {
        MessageFilter selection = filters.filter(context.environment(), List.of());
        MessageFilter wanted = filters.hasStates() ? selection : selection.in(OPEN);
        Page.Order order = newest ? Page.Order.NEWEST_FIRST : Page.Order.OLDEST_FIRST;
        Valid configuration = context.configuration();
        try (Control relay = context.connect(configuration)) {
            Page page = relay.find(wanted, order, paging.from(), paging.limit());
            if (context.output().isJson()) {
                context.output().json(ControlJson.text(page));
            } else {
                print(page, RunningMailboxes.closed(relay, configuration), relay.isRunning());
            }
        }
        return ExitCode.OK;
    }

    private void print(Page page, BlockedMailboxes closed, boolean running) {
        List<String> lines = new ArrayList<>();
        if (page.entries().isEmpty()) {
            lines.add(filters.isEmpty() ? "No mail waits." : "No message is like that.");
        } else {
            lines.addAll(new MessageTable(context.layout(), closed).lines(page.entries()));
        }
        lines.addAll(more(page.next()));
        if (!running) {
            lines.add("The relay is not running.");
        }
        context.output().lines(lines);
    }

    /// @return how to see what comes next; none if nothing does
    static List<String> more(@Nullable QueueId next) {
        return next == null ? List.of() : List.of("", "There are more: the same command with --from " + next);
    }
}
