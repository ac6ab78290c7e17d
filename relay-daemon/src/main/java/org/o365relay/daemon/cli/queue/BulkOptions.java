package org.o365relay.daemon.cli.queue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.o365relay.daemon.cli.CliEnvironment;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.daemon.cli.types.QueueIdConverter;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options of the commands that change messages: which messages to change, and whether to ask for
/// confirmation.
final class BulkOptions {

    @Parameters(
            arity = "0..*",
            paramLabel = "ID",
            converter = QueueIdConverter.class,
            description = "Queue IDs of the messages.")
    private List<QueueId> ids = List.of();

    @Mixin
    private FilterOptions filters = new FilterOptions();

    @Option(names = "--all", description = "Select all messages in the queue.")
    private boolean all;

    @Option(names = "--dry-run", description = "Show how many messages are selected; change nothing.")
    private boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask for confirmation.")
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

    /// @return a filter for the selected messages that are in a state to which the action applies
    /// @throws CommandFailed if no messages are selected, the options contradict each other, or the action does
    ///     not allow the selection
    MessageFilter filter(CliEnvironment environment, QueueAction action) throws CommandFailed {
        boolean filtered = !filters.isEmpty();
        boolean replacesRecipient = action.replacesRecipient() && filters.hasOnlyRecipient();
        if (!ids.isEmpty() && ((filtered && !replacesRecipient) || all)) {
            throw usageError(
                    "queue IDs cannot be combined with " + (all ? "--all" : "filters") + "; leave out one of them");
        }
        if (filtered && all) {
            throw usageError("--all selects every message and cannot be combined with filters; leave out one of them");
        }
        if (ids.isEmpty() && filters.matchesEverything() && action.isIrreversible()) {
            throw usageError((filtered ? "the filters select every message; " : "") + action.name()
                    + " requires queue IDs or a filter such as --client 192.168.10.7 or --older 3d");
        }
        if (ids.isEmpty() && !filtered && !all) {
            throw usageError(action.name() + ": no messages selected; give queue IDs, filters or --all");
        }
        MessageFilter selection = filters.filter(environment, ids());
        return selection.in(states(selection.states(), action));
    }

    private Set<MessageState> states(Set<MessageState> requested, QueueAction action) throws CommandFailed {
        if (requested.isEmpty()) {
            return ids.isEmpty() ? action.filteredStates() : action.states();
        }
        Set<MessageState> both = new HashSet<>(requested);
        both.retainAll(action.states());
        if (both.isEmpty()) {
            throw usageError(action.name() + " applies only to messages that are " + action.stateNames());
        }
        return both;
    }

    private static CommandFailed usageError(String message) {
        return new CommandFailed(ExitCode.USAGE, message);
    }
}
