package org.o365relay.daemon.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.AddressBackoff;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.mail.AddressKey;
import org.o365relay.queue.GroupCount;

/// Formats mailboxes and pools with their state, queued messages, cause and advice.
public record MailboxTable(Layout layout, WaitReasons waits) {

    private static final int INDENT = 4;
    private static final int COLUMN = 12;
    private static final int MAX_BACKOFFS = 5;

    /// @param statuses statuses of the configured mailboxes; empty if the relay is not running
    /// @param queued counts of queued messages by mailbox or pool
    /// @return the lines of the table; empty if it has no rows
    public List<String> lines(List<MailboxStatus> statuses, List<GroupCount> queued) {
        return lines(statuses, queued, this::details);
    }

    /// @return the lines of the table without details
    List<String> shortLines(List<MailboxStatus> statuses, List<GroupCount> queued) {
        return lines(statuses, queued, _ -> List.of());
    }

    private List<String> lines(
            List<MailboxStatus> statuses, List<GroupCount> queued, Function<MailboxStatus, List<String>> details) {
        Map<String, GroupCount> counts = new TreeMap<>();
        queued.forEach(count -> counts.put(AddressKey.ofName(count.name()), count));
        Table table = Table.of("MAILBOX", "STATE", "SINCE", ">QUEUED", ">OLDEST", ">SENDING", "<UPSTREAM");
        for (MailboxStatus status : statuses) {
            GroupCount count = counts.remove(AddressKey.ofName(status.mailbox()));
            table.row(cells(status, count), details.apply(status));
        }
        queued.stream()
                .filter(count -> counts.containsKey(AddressKey.ofName(count.name())))
                .forEach(count -> table.row(cellsWithoutStatus(count, statuses.isEmpty()), List.of()));
        return table.isEmpty() ? List.of() : table.lines(layout.width());
    }

    /// @return lines that show the reply, cause, advice, next step, limits that mail waits for, and backoffs;
    ///     empty if the mailbox is open and nothing waits
    public List<String> details(MailboxStatus status) {
        List<String> lines = new ArrayList<>();
        add(lines, "reply", status.reply());
        add(lines, "cause", status.cause());
        add(lines, "advice", status.advice());
        add(lines, "next", next(status));
        add(lines, "rate", rate(status));
        add(
                lines,
                "limit",
                waits.ofMailbox(status)
                        .map(wait -> "mail waits for " + wait.text())
                        .orElse(""));
        backoffs(lines, status);
        return lines;
    }

    private static String rate(MailboxStatus status) {
        return status.messagesPerMinute() == null
                ? ""
                : "lowered to " + status.messagesPerMinute()
                        + " messages per minute, because the upstream asked for fewer; rises again automatically";
    }

    private void backoffs(List<String> lines, MailboxStatus status) {
        List<AddressBackoff> backoffs = status.backoffs();
        for (AddressBackoff backoff : backoffs.subList(0, Math.min(backoffs.size(), MAX_BACKOFFS))) {
            add(
                    lines,
                    "backoff",
                    "mail " + (backoff.kind().equals("author") ? "of " : "to ") + backoff.address() + " waits until "
                            + layout.times().of(backoff.until()) + ", because of repeated refusals: "
                            + backoff.reply());
        }
        int others = backoffs.size() - MAX_BACKOFFS;
        add(lines, "", others > 0 ? "and " + Amounts.of(others, "more backoff") + " (see --json)" : "");
        add(lines, "", backoffs.isEmpty() ? "" : "to try now: o365-relay mailboxes retry " + status.mailbox());
    }

    private void add(List<String> lines, String label, String text) {
        lines.addAll(layout.labelled(INDENT, COLUMN, label, TerminalText.text(text)));
    }

    private List<String> cells(MailboxStatus status, @Nullable GroupCount count) {
        Instant since = status.since();
        return List.of(
                status.mailbox(),
                stateText(status.state()),
                since == null ? "-" : layout.times().of(since),
                count == null ? "0" : Amounts.count(count.messages()),
                count == null ? "-" : layout.times().age(count.oldest()),
                Integer.toString(status.delivering()),
                status.upstream().isEmpty() ? "-" : status.upstream());
    }

    /// The row of a pool, of a mailbox that is no longer configured, or of any mailbox while the relay is not
    /// running.
    private List<String> cellsWithoutStatus(GroupCount count, boolean isStopped) {
        boolean isMailbox = count.name().indexOf('@') >= 0; // pool names contain no @
        return List.of(
                count.name(),
                isStopped ? "-" : isMailbox ? "unconfigured" : "pool",
                "-",
                Amounts.count(count.messages()),
                layout.times().age(count.oldest()),
                "-",
                "-");
    }

    private String next(MailboxStatus status) {
        String resume = "o365-relay mailboxes resume " + status.mailbox();
        Instant next = status.nextProbe();
        String probe = next == null
                ? "the relay probes the mailbox"
                : "the relay probes the mailbox at " + layout.times().of(next);
        return switch (status.state()) {
            case OPEN -> "";
            case FAILOVER -> probe;
            case RETRYING -> probe;
            case BLOCKED ->
                status.isDailyQuota()
                        ? quotaEnd(next)
                        : probe + "; to probe it now: o365-relay mailboxes retry " + status.mailbox();
            case PAUSED -> "no mail is sent until you run: " + resume;
        };
    }

    private String quotaEnd(@Nullable Instant end) {
        return "the quota has room again at "
                + (end == null ? "an unknown time" : layout.times().of(end));
    }

    static String stateText(MailboxStatus.State state) {
        return switch (state) {
            case OPEN -> "open";
            case FAILOVER -> "failover";
            case RETRYING -> "retrying";
            case BLOCKED -> "blocked";
            case PAUSED -> "paused";
        };
    }
}
