package org.o365relay.daemon.cli.queue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.cli.CommandContext;
import org.o365relay.daemon.cli.CommandFailed;
import org.o365relay.daemon.cli.ExitCode;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.Amounts;
import org.o365relay.daemon.report.MessageTable;
import org.o365relay.daemon.report.StateTexts;
import org.o365relay.daemon.report.StoppedMailboxes;
import org.o365relay.daemon.report.WaitReasons;
import org.o365relay.daemon.setup.Terminal;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;

/// Runs an action on messages: shows how many messages are selected and lists the oldest few, asks for
/// confirmation unless `--yes` is given, changes the messages and prints the result. With `--json`, prints only
/// the result; with `--dry-run`, changes nothing.
///
/// Messages received after the selected messages were counted are not changed.
final class QueueActionRunner {

    private static final int SAMPLES = 5;
    private static final int PAGE = 1000;
    private static final ChangeResult NOTHING = new ChangeResult(0, 0, "");

    private final CommandContext context;
    private final BulkOptions targets;
    private final QueueAction action;
    private long withoutContent; // messages that match but cannot be resent

    QueueActionRunner(CommandContext context, BulkOptions targets, QueueAction action) {
        this.context = context;
        this.targets = targets;
        this.action = action;
    }

    int run() throws CommandFailed, ControlException, IOException {
        MessageFilter selection = targets.filter(context.environment(), action);
        Optional<Terminal> terminal = confirmationTerminal();
        Valid configuration = context.configuration();
        try (Control relay = context.connect(configuration)) {
            requireRunning(relay);
            List<String> skipped = unaffected(relay);
            Optional<QueueId> newest = relay.newest();
            MessageFilter matching = newest.map(selection::upTo).orElse(selection);
            MessageFilter counted = action.isResend() ? matching.withKeptContent() : matching;
            long count = relay.count(counted);
            withoutContent = relay.count(matching) - count;
            skipped.addAll(withoutContent(relay, matching));
            if (count == 0) {
                return nothingToDo(skipped);
            }
            WaitReasons waits = context.waitReasons(relay, configuration);
            long inBackoff = inBackoff(relay, waits, counted);
            announce(relay, waits, counted, count, skipped);
            if (targets.isDryRun()) {
                return print(count, inBackoff, NOTHING, dryRunLines(inBackoff));
            }
            if (terminal.isPresent() && !isConfirmed(terminal.get())) {
                context.output().lines(List.of("Nothing was changed."));
                return ExitCode.DECLINED;
            }
            Set<String> mailboxes = action.mailboxes(
                    relay.find(counted, Page.Order.OLDEST_FIRST, null, PAGE).entries());
            ChangeResult result = relay.change(action.change(), counted);
            List<String> lines = resultLines(count, result);
            if (result.changed() > 0) {
                lines.addAll(backoffLines(inBackoff, "is"));
                lines.addAll(stoppedHints(mailboxes, waits.stopped()));
            }
            int code = print(count, inBackoff, result, lines);
            boolean isContentMissing = withoutContent > 0 || (action.isResend() && result.changed() < count);
            return isContentMissing ? ExitCode.PARTLY_DONE : code;
        }
    }

    /// @return the terminal on which to ask for confirmation; empty if no confirmation is needed
    private Optional<Terminal> confirmationTerminal() throws CommandFailed {
        if (targets.isDryRun() || targets.isConfirmed()) {
            return Optional.empty();
        }
        Optional<Terminal> terminal = context.output().isJson()
                ? Optional.empty()
                : context.environment().terminal().get();
        if (terminal.isEmpty()) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    action.name()
                            + ": cannot ask for confirmation without a terminal; add --yes, or --dry-run to see what"
                            + " would be changed");
        }
        return terminal;
    }

    private void requireRunning(Control relay) throws CommandFailed {
        if (!targets.isDryRun() && !relay.isRunning()) {
            throw new CommandFailed(
                    ExitCode.UNAVAILABLE,
                    "the relay is not running; messages can be changed only while it is running. Start it: systemctl"
                            + " start o365-relay");
        }
    }

    /// @return a line for each message that was given by queue ID but is in a state in which the action does
    ///     not apply
    /// @throws CommandFailed if a queue ID is unknown
    private List<String> unaffected(Control relay) throws CommandFailed, ControlException {
        List<String> lines = new ArrayList<>();
        List<QueueId> unknown = new ArrayList<>();
        Map<QueueId, MessageState> known =
                targets.ids().isEmpty() ? Map.of() : states(relay, MessageFilter.of(targets.ids()));
        for (QueueId id : targets.ids()) {
            MessageState state = known.get(id);
            if (state == null) {
                unknown.add(id);
            } else if (!action.states().contains(state)) {
                String instead = action.isRetry() && state == MessageState.HELD
                        ? "; release it with: o365-relay queue release " + id
                        : ".";
                lines.add(id + " is skipped: it is " + StateTexts.of(state) + instead);
            }
        }
        if (!unknown.isEmpty()) {
            throw new CommandFailed(ExitCode.NO_SUCH_MESSAGE, noSuchMessage(unknown) + "; nothing was changed");
        }
        return lines;
    }

    /// @return a line that names the matching messages that cannot be resent, because their content is not
    ///     kept; none if the action needs no content
    private List<String> withoutContent(Control relay, MessageFilter matching) throws ControlException {
        if (withoutContent == 0) {
            return List.of();
        }
        String names =
                relay.find(matching.withoutKeptContent(), Page.Order.OLDEST_FIRST, null, SAMPLES).entries().stream()
                        .map(entry -> entry.id().toString())
                        .collect(Collectors.joining(", "));
        boolean one = withoutContent == 1;
        String more = withoutContent > SAMPLES ? " and " + Amounts.count(withoutContent - SAMPLES) + " more" : "";
        return List.of(Amounts.of(withoutContent, "message") + (one ? " is" : " are")
                + " not resent, because " + (one ? "its" : "their")
                + " content is no longer kept (queue.keep-content): "
                + names + more);
    }

    static String noSuchMessage(List<QueueId> unknown) {
        List<String> names = unknown.stream().map(QueueId::toString).toList();
        return (names.size() == 1 ? "no message " : "no messages ") + String.join(", ", names)
                + " (unknown, or expired from the history)";
    }

    private static Map<QueueId, MessageState> states(Control relay, MessageFilter selection) throws ControlException {
        Map<QueueId, MessageState> states = new HashMap<>();
        @Nullable QueueId next = null;
        do {
            Page page = relay.find(selection, Page.Order.OLDEST_FIRST, next, PAGE);
            page.entries().forEach(entry -> states.put(entry.id(), entry.state()));
            next = page.next();
        } while (next != null);
        return states;
    }

    private int nothingToDo(List<String> skipped) {
        List<String> lines = new ArrayList<>(skipped);
        lines.add((skipped.isEmpty() ? "No message matches. " : "") + "Nothing was changed.");
        print(0, 0, NOTHING, lines);
        return targets.ids().isEmpty() ? ExitCode.OK : ExitCode.NO_SUCH_MESSAGE;
    }

    private void announce(Control relay, WaitReasons waits, MessageFilter selection, long count, List<String> skipped)
            throws ControlException {
        if (context.output().isJson()) {
            return;
        }
        List<MessageEntry> samples =
                relay.find(selection, Page.Order.OLDEST_FIRST, null, SAMPLES).entries();
        List<String> lines = new ArrayList<>(skipped);
        lines.add("This would " + action.announcement().formatted(Amounts.of(count, "message")) + ":");
        lines.addAll(new MessageTable(context.layout(), waits).lines(samples));
        if (count > samples.size()) {
            lines.add("... and " + Amounts.count(count - samples.size()) + " more");
        }
        long delivering = relay.count(selection.in(Set.of(MessageState.DELIVERING)));
        if (delivering > 0 && selection.states().contains(MessageState.DELIVERING)) {
            lines.add(Amounts.count(delivering) + " of them " + (delivering == 1 ? "is" : "are")
                    + " being delivered and would be skipped.");
        }
        context.output().lines(lines);
    }

    /// @return the number of messages that wait for a backoff, if the action lifts it
    private long inBackoff(Control relay, WaitReasons waits, MessageFilter selection) throws ControlException {
        long inBackoff = 0;
        boolean more = action.isRetry() && waits.hasBackoffs();
        for (@Nullable QueueId next = null; more; more = next != null) {
            Page page = relay.find(selection, Page.Order.OLDEST_FIRST, next, PAGE);
            inBackoff += page.entries().stream().filter(waits::isInBackoff).count();
            next = page.next();
        }
        return inBackoff;
    }

    private static List<String> dryRunLines(long inBackoff) {
        List<String> lines = new ArrayList<>(backoffLines(inBackoff, "would be"));
        lines.add("Nothing was changed (dry run).");
        return lines;
    }

    private static List<String> backoffLines(long inBackoff, String is) {
        String others = inBackoff > 1
                ? ": one message of each is tried first, and the others follow within a minute after it is delivered."
                : ".";
        return inBackoff == 0
                ? List.of()
                : List.of("The backoff of the author or recipient " + is + " lifted for " + Amounts.count(inBackoff)
                        + " of them" + others);
    }

    private static boolean isConfirmed(Terminal terminal) throws IOException {
        return terminal.line("Continue? [y/N] ")
                .map(String::strip)
                .filter(answer -> answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes"))
                .isPresent();
    }

    private int print(long count, long inBackoff, ChangeResult result, List<String> lines) {
        if (context.output().isJson()) {
            context.output().json(ControlJson.toJson(count, inBackoff, withoutContent, result));
        } else {
            context.output().lines(lines);
        }
        return result.isComplete() && result.skipped() == 0 ? ExitCode.OK : ExitCode.PARTLY_DONE;
    }

    private List<String> resultLines(long count, ChangeResult result) {
        List<String> lines = new ArrayList<>();
        lines.add("Done: " + action.result().formatted(Amounts.of(result.changed(), "message")) + ".");
        if (result.skipped() > 0) {
            boolean one = result.skipped() == 1;
            lines.add(Amounts.of(result.skipped(), "message") + (one ? " is" : " are") + " being delivered and "
                    + (one ? "was" : "were")
                    + " skipped. Repeat the command in a minute for messages that are still queued.");
        }
        long others = count - result.changed() - result.skipped();
        if (!result.isComplete()) {
            lines.add("Stopped with " + Amounts.of(others, "message") + " left: " + result.stopped());
        } else if (others > 0) {
            lines.add(Amounts.of(others, "message") + othersText());
        }
        return lines;
    }

    private String othersText() {
        if (action.isResend()) {
            return " not resent: the content was deleted in the meantime.";
        }
        return action.isRedirect()
                ? " unchanged: already delivered or already redirected."
                : " changed state in the meantime.";
    }

    /// @return a hint for each of these mailboxes and pools that is not sending
    private static List<String> stoppedHints(Set<String> mailboxes, StoppedMailboxes stopped) {
        return mailboxes.stream()
                .flatMap(mailbox -> stopped
                        .state(mailbox)
                        .map(state -> "No mail is sent through " + mailbox + " at the moment: it is " + state
                                + ". See: o365-relay mailboxes")
                        .stream())
                .toList();
    }
}
