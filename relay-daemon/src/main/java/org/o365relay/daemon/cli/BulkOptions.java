package org.o365relay.daemon.cli;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options that say which messages are to be changed, and how carefully.
final class BulkOptions {

    @Parameters(arity = "0..*", paramLabel = "ID", converter = QueueIdConverter.class, description = "These messages.")
    private List<QueueId> ids = List.of();

    @Mixin
    private FilterOptions filters = new FilterOptions();

    @Option(names = "--all", description = "Every message that waits.")
    private boolean all;

    @Option(names = "--dry-run", description = "Say how many it would be, and change nothing.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean confirmed;

    List<QueueId> ids() {
        return ids.stream().distinct().toList();
    }

    FilterOptions filters() {
        return filters;
    }

    boolean isDryRun() {
        return dryRun;
    }

    boolean isConfirmed() {
        return confirmed;
    }

    /// @return of those that are meant the ones that it concerns
    /// @throws CommandFailed if it is not clear which are meant
    MessageFilter filter(CliEnvironment place, QueueAction deed) throws CommandFailed {
        boolean filtered = !filters.isEmpty();
        boolean readdressed = deed.replacesRecipient() && filters.hasOnlyRecipient();
        if (!ids.isEmpty() && ((filtered && !readdressed) || all)) {
            throw usageError(
                    "ids say which messages are meant; leave out " + (all ? "--all" : "the filters") + ", or the ids");
        }
        if (filtered && all) {
            throw usageError("--all means every message that waits; leave it out, or the filters");
        }
        if (ids.isEmpty() && filters.matchesEverything() && deed.isIrreversible()) {
            throw usageError((filtered ? "that would be every message; " : "") + deed.name()
                    + " wants to know which messages: ids, or a filter such as --client 192.168.10.7 or --older 3d");
        }
        if (ids.isEmpty() && !filtered && !all) {
            throw usageError(deed.name() + ": which messages? Give ids, filters, or --all");
        }
        MessageFilter selection = filters.filter(place, ids());
        return selection.in(states(selection.states(), deed));
    }

    private static Set<MessageState> states(Set<MessageState> asked, QueueAction deed) throws CommandFailed {
        if (asked.isEmpty()) {
            return deed.states();
        }
        Set<MessageState> both = new HashSet<>(asked);
        both.retainAll(deed.states());
        if (both.isEmpty()) {
            throw usageError(deed.name() + " is for messages that are " + deed.stateNames());
        }
        return both;
    }

    private static CommandFailed usageError(String message) {
        return new CommandFailed(ExitCode.USAGE, message);
    }
}
