package org.o365relay.daemon.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Running;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.queue.GroupCount;
import org.o365relay.queue.MessageState;
import org.o365relay.queue.QueueSummary;

/// Summarizes the queue: messages by state, mailbox, device and reason.
public record QueueReport(Layout layout, ReasonTexts reasonTexts, DeviceNames deviceNames) {

    static final String NOT_RUNNING =
            "The relay is not running: it neither accepts nor sends mail. Start it: systemctl start o365-relay";

    public List<String> lines(RelayStatus status, WaitReasons waits) {
        Running running = status.running();
        QueueSummary queue = status.queue();
        List<MailboxStatus> statuses = running == null ? List.of() : running.mailboxes();
        List<String> lines = new ArrayList<>();
        if (running == null) {
            lines.add(NOT_RUNNING);
        }
        lines.addAll(summary(queue, waits));
        addTable(lines, new MailboxTable(layout, waits).lines(statuses, queue.mailboxes()));
        addTable(lines, devices(queue));
        addTable(lines, reasons(queue, statuses));
        if (queue.open() > 0) {
            lines.add("");
            lines.add("List the messages: o365-relay queue list. Show one: o365-relay queue show ID");
        }
        return lines;
    }

    /// @return the number of messages by state, the oldest message and the next attempt
    List<String> summary(QueueSummary queue, WaitReasons waits) {
        List<String> lines = new ArrayList<>();
        if (queue.open() == 0) {
            lines.add("The queue is empty.");
            return lines;
        }
        lines.add(Amounts.of(queue.open(), "message") + " in the queue: " + String.join(", ", states(queue)));
        Instant oldest = queue.oldestAt();
        if (oldest != null) {
            lines.add("oldest: " + queue.oldest() + ", received "
                    + layout.times().of(oldest) + " (" + layout.times().age(oldest) + " ago)");
        }
        Instant next = queue.nextDue();
        if (next != null && !waits.stopped().areAllStopped(queue.mailboxes())) {
            boolean due = !next.isAfter(layout.times().now());
            lines.add("next attempt: "
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
        Table table = Table.of("DEVICE", ">QUEUED", ">OLDEST");
        for (GroupCount count : queue.clients()) {
            table.row(
                    deviceNames.named(count.name()),
                    Amounts.count(count.messages()),
                    layout.times().age(count.oldest()));
        }
        return table.isEmpty() ? List.of() : table.lines(layout.width());
    }

    /// Omits the advice that the mailbox table already shows.
    private List<String> reasons(QueueSummary queue, List<MailboxStatus> statuses) {
        Table table = Table.of("REASON", ">QUEUED", ">OLDEST", "<CAUSE");
        for (GroupCount count : queue.reasons()) {
            String reason = count.name();
            ReasonText meaning = reasonTexts.of(reason, "the mailbox");
            boolean isShown = statuses.stream().anyMatch(status -> reasonTexts.isCause(reason, status.cause()));
            List<String> below =
                    isShown ? List.of() : layout.labelled(4, 12, "advice", advice(reason, queue, statuses));
            table.row(
                    List.of(
                            count.name(),
                            Amounts.count(count.messages()),
                            layout.times().age(count.oldest()),
                            meaning.cause()),
                    below);
        }
        return table.isEmpty() ? List.of() : table.lines(layout.width());
    }

    private String advice(String reason, QueueSummary queue, List<MailboxStatus> statuses) {
        String commands = "o365-relay queue list --reason " + reason + ", then o365-relay queue show ID";
        if (reason.equals("unknown-reply") || reason.equals("relay")) {
            return "See the replies: " + commands;
        }
        if (!reasonTexts.namesMailbox(reason)) {
            return reasonTexts.of(reason, "").advice();
        }
        List<String> mailboxes =
                queue.mailboxes().stream().map(GroupCount::name).toList();
        if (mailboxes.size() == 1 && mailboxes.getFirst().contains("@")) {
            return reasonTexts.of(reason, mailboxes.getFirst()).advice();
        }
        return statuses.isEmpty()
                ? "For each message: " + commands
                : "See the advice of each mailbox: o365-relay mailboxes";
    }

    private static void addTable(List<String> lines, List<String> table) {
        if (!table.isEmpty()) {
            lines.add("");
            lines.addAll(table);
        }
    }
}
