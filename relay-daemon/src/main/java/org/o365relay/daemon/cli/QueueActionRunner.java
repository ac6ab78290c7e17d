package org.o365relay.daemon.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.config.Configuration.Valid;
import org.o365relay.daemon.control.Control;
import org.o365relay.daemon.control.ControlException;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.daemon.report.Amounts;
import org.o365relay.daemon.report.BlockedMailboxes;
import org.o365relay.daemon.report.MessageTable;
import org.o365relay.daemon.report.StateTexts;
import org.o365relay.daemon.setup.Terminal;
import org.o365relay.mail.QueueId;
import org.o365relay.queue.ChangeResult;
import org.o365relay.queue.MessageFilter;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.Page;

/// Changes messages: says which and how many, asks, does it, and says what came of it.
///
/// What is changed is what was counted: messages that come in while somebody thinks about it are left alone.
final class QueueActionRunner {

    private static final int SAMPLES = 5;
    private static final int PAGE = 1000;
    private static final ChangeResult NOTHING = new ChangeResult(0, 0, "");

    private final CommandContext context;
    private final BulkOptions targets;
    private final QueueAction action;

    QueueActionRunner(CommandContext desk, BulkOptions targets, QueueAction deed) {
        this.context = desk;
        this.targets = targets;
        this.action = deed;
    }

    int run() throws CommandFailed, ControlException, IOException {
        MessageFilter selection = targets.filter(context.environment(), action);
        Optional<Terminal> terminal = confirmationTerminal();
        Valid configuration = context.configuration();
        try (Control relay = context.connect(configuration)) {
            requireRunning(relay);
            List<String> left = unaffected(relay);
            Optional<QueueId> newest = relay.newest();
            MessageFilter counted = newest.map(selection::upTo).orElse(selection);
            long count = relay.count(counted);
            if (count == 0) {
                return nothingToDo(left);
            }
            BlockedMailboxes closed =
                    context.output().isJson() ? BlockedMailboxes.NONE : RunningMailboxes.closed(relay, configuration);
            announce(relay, closed, counted, count, left);
            if (targets.isDryRun()) {
                return print(count, NOTHING, List.of("Nothing was changed: this was a dry run."));
            }
            if (terminal.isPresent() && !isConfirmed(terminal.get())) {
                context.output().lines(List.of("Nothing was changed."));
                return ExitCode.DECLINED;
            }
            Set<String> lanes = action.mailboxes(
                    relay.find(counted, Page.Order.OLDEST_FIRST, null, PAGE).entries());
            ChangeResult effect = relay.change(action.change(), counted);
            List<String> words = resultLines(count, effect);
            if (effect.changed() > 0) {
                words.addAll(blockedHints(lanes, closed));
            }
            return print(count, effect, words);
        }
    }

    /// @return who is to be asked; empty if nobody needs to be
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
                            + ": there is nobody to ask; add --yes to do it, or --dry-run to see what it would be");
        }
        return terminal;
    }

    private void requireRunning(Control relay) throws CommandFailed {
        if (!targets.isDryRun() && !relay.isRunning()) {
            throw new CommandFailed(
                    ExitCode.UNAVAILABLE,
                    "the relay is not running; messages can be changed only while it does. Start it: systemctl start"
                            + " o365-relay");
        }
    }

    /// @return of the messages that were named, a line for each that it does not concern
    /// @throws CommandFailed if one is not known
    private List<String> unaffected(Control relay) throws CommandFailed, ControlException {
        List<String> lines = new ArrayList<>();
        List<QueueId> unknown = new ArrayList<>();
        Map<QueueId, MessageState> known = states(relay, targets.ids());
        for (QueueId id : targets.ids()) {
            MessageState state = known.get(id);
            if (state == null) {
                unknown.add(id);
            } else if (!action.states().contains(state)) {
                String instead = action.isRetry() && state == MessageState.HELD
                        ? "; let it go with: o365-relay queue release " + id
                        : ".";
                lines.add(id + " is left as it is: it is " + StateTexts.of(state) + instead);
            }
        }
        if (!unknown.isEmpty()) {
            throw new CommandFailed(ExitCode.NO_SUCH_MESSAGE, noSuchMessage(unknown) + "; nothing was changed");
        }
        return lines;
    }

    static String noSuchMessage(List<QueueId> unknown) {
        List<String> names = unknown.stream().map(QueueId::toString).toList();
        return (names.size() == 1 ? "there is no message " : "there are no messages ") + String.join(", ", names)
                + ", or it is so long settled that it is forgotten";
    }

    private static Map<QueueId, MessageState> states(Control relay, List<QueueId> ids) throws ControlException {
        Map<QueueId, MessageState> states = new HashMap<>();
        if (ids.isEmpty()) {
            return states;
        }
        @Nullable QueueId next = null;
        do {
            Page page = relay.find(MessageFilter.of(ids), Page.Order.OLDEST_FIRST, next, PAGE);
            page.entries().forEach(line -> states.put(line.id(), line.state()));
            next = page.next();
        } while (next != null);
        return states;
    }

    private int nothingToDo(List<String> left) {
        List<String> lines = new ArrayList<>(left);
        lines.add((left.isEmpty() ? "No message is like that. " : "") + "Nothing was changed.");
        print(0, NOTHING, lines);
        return targets.ids().isEmpty() ? ExitCode.OK : ExitCode.NO_SUCH_MESSAGE;
    }

    private void announce(
            Control relay, BlockedMailboxes closed, MessageFilter selection, long count, List<String> left)
            throws ControlException {
        if (context.output().isJson()) {
            return;
        }
        List<MessageEntry> samples =
                relay.find(selection, Page.Order.OLDEST_FIRST, null, SAMPLES).entries();
        List<String> lines = new ArrayList<>(left);
        lines.add("This would " + action.announcement().formatted(Amounts.of(count, "message")) + ":");
        lines.addAll(new MessageTable(context.layout(), closed).lines(samples));
        if (count > samples.size()) {
            lines.add("... and " + Amounts.count(count - samples.size()) + " more");
        }
        long delivering = relay.count(selection.in(Set.of(MessageState.DELIVERING)));
        if (delivering > 0 && selection.states().contains(MessageState.DELIVERING)) {
            lines.add(Amounts.count(delivering) + " of them " + (delivering == 1 ? "is" : "are")
                    + " being delivered just now and would be passed over.");
        }
        context.output().lines(lines);
    }

    private static boolean isConfirmed(Terminal terminal) throws IOException {
        return terminal.line("Do it? [y/N] ")
                .map(String::strip)
                .filter(answer -> answer.equalsIgnoreCase("y") || answer.equalsIgnoreCase("yes"))
                .isPresent();
    }

    private int print(long count, ChangeResult effect, List<String> lines) {
        if (context.output().isJson()) {
            context.output().json(ControlJson.text(count, effect));
        } else {
            context.output().lines(lines);
        }
        return effect.isComplete() && effect.skipped() == 0 ? ExitCode.OK : ExitCode.PARTLY_DONE;
    }

    private List<String> resultLines(long count, ChangeResult effect) {
        List<String> lines = new ArrayList<>();
        String are = effect.changed() == 1 ? " is" : " are";
        lines.add("Done: " + action.result().formatted(Amounts.of(effect.changed(), "message") + are) + ".");
        if (effect.skipped() > 0) {
            boolean one = effect.skipped() == 1;
            lines.add(Amounts.of(effect.skipped(), "message") + (one ? " is" : " are")
                    + " being delivered just now and left alone. In a minute, say it again for what is still there.");
        }
        long others = count - effect.changed() - effect.skipped();
        if (!effect.isComplete()) {
            lines.add("It stopped there, " + Amounts.of(others, "message") + " before the end: " + effect.stopped());
        } else if (others > 0) {
            lines.add(Amounts.of(others, "message")
                    + (action.isMove()
                            ? " had nothing to change: delivered already, or already there."
                            : " had moved on in the meantime."));
        }
        return lines;
    }

    /// @return what still keeps them from leaving
    private static List<String> blockedHints(Set<String> lanes, BlockedMailboxes closed) {
        return lanes.stream()
                .flatMap(lane -> closed
                        .state(lane)
                        .map(state -> "But nothing leaves through " + lane + " just now: it is " + state
                                + ", see: o365-relay mailboxes")
                        .stream())
                .toList();
    }
}
