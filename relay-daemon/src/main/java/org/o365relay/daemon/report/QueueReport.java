package org.o365relay.daemon.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.deliver.MailboxStatus;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueSummary;

/// The queue at a glance: how much waits, since when, for whom, from whom and why.
public record QueueReport(Layout layout, ReasonTexts reasonTexts, DeviceNames deviceNames) {

    static final String NOT_RUNNING =
            "The relay is not running: nothing is taken and nothing leaves. Start it: systemctl start o365-relay";

    public List<String> lines(RelayStatus status, BlockedMailboxes closed) {
        Running running = status.running();
        QueueSummary queue = status.queue();
        List<MailboxStatus> lanes = running == null ? List.of() : running.mailboxes();
        List<String> lines = new ArrayList<>();
        if (running == null) {
            lines.add(NOT_RUNNING);
        }
        lines.addAll(summary(queue, closed));
        addTable(lines, new MailboxTable(layout).lines(lanes, queue.mailboxes()));
        addTable(lines, devices(queue));
        addTable(lines, reasons(queue, lanes));
        if (queue.open() > 0) {
            lines.add("");
            lines.add("Look closer: o365-relay queue list; of one message: o365-relay queue show ID");
        }
        return lines;
    }

    /// @return how much waits, in one or two lines
    List<String> summary(QueueSummary queue, BlockedMailboxes closed) {
        List<String> lines = new ArrayList<>();
        if (queue.open() == 0) {
            lines.add("No mail waits.");
            return lines;
        }
        String verb = queue.open() == 1 ? " waits: " : " wait: ";
        lines.add(Amounts.of(queue.open(), "message") + verb + String.join(", ", states(queue)));
        Instant oldest = queue.oldestAt();
        if (oldest != null) {
            lines.add("oldest: " + queue.oldest() + ", received "
                    + layout.times().of(oldest) + " (" + layout.times().age(oldest) + " ago)");
        }
        Instant next = queue.nextDue();
        if (next != null && !closed.blockAll(queue.mailboxes())) {
            boolean due = !next.isAfter(layout.times().now());
            lines.add("next due: "
                    + (due
                            ? "now"
                            : layout.times().of(next) + " (" + layout.times().relative(next) + ")"));
        }
        return lines;
    }

    private static List<String> states(QueueSummary queue) {
        List<String> words = new ArrayList<>();
        for (MessageState state : MessageState.values()) {
            long messages = queue.states().getOrDefault(state, 0L);
            if (messages > 0) {
                words.add(Amounts.count(messages) + " " + StateTexts.of(state));
            }
        }
        return words;
    }

    private List<String> devices(QueueSummary queue) {
        Table table = Table.of("DEVICE", ">WAITING", ">OLDEST");
        for (GroupCount tally : queue.clients()) {
            table.row(
                    deviceNames.named(tally.name()),
                    Amounts.count(tally.messages()),
                    layout.times().age(tally.oldest()));
        }
        return table.isEmpty() ? List.of() : table.lines(layout.width());
    }

    /// What the lanes have not said already is said with its advice.
    private List<String> reasons(QueueSummary queue, List<MailboxStatus> lanes) {
        Table table = Table.of("REASON", ">WAITING", ">OLDEST", "<MEANS");
        for (GroupCount tally : queue.reasons()) {
            String reason = tally.name();
            ReasonText meaning = reasonTexts.of(reason, "the mailbox");
            boolean said = lanes.stream().anyMatch(lane -> reasonTexts.isCause(reason, lane.reason()));
            List<String> below = said ? List.of() : layout.labelled(4, 12, "to do", advice(reason, queue, lanes));
            table.row(
                    List.of(
                            tally.name(),
                            Amounts.count(tally.messages()),
                            layout.times().age(tally.oldest()),
                            meaning.cause()),
                    below);
        }
        return table.isEmpty() ? List.of() : table.lines(layout.width());
    }

    private String advice(String reason, QueueSummary queue, List<MailboxStatus> lanes) {
        String look = "o365-relay queue list --reason " + reason + ", then o365-relay queue show ID";
        if (reason.equals("unknown-reply") || reason.equals("relay")) {
            return "See what was said: " + look;
        }
        if (!reasonTexts.namesMailbox(reason)) {
            return reasonTexts.of(reason, "").advice();
        }
        List<String> mailboxes =
                queue.mailboxes().stream().map(GroupCount::name).toList();
        if (mailboxes.size() == 1 && mailboxes.getFirst().contains("@")) {
            return reasonTexts.of(reason, mailboxes.getFirst()).advice();
        }
        return lanes.isEmpty()
                ? "For each: " + look
                : "See for which mailbox, and what to do there: o365-relay mailboxes";
    }

    private static void addTable(List<String> lines, List<String> table) {
        if (!table.isEmpty()) {
            lines.add("");
            lines.addAll(table);
        }
    }
}
