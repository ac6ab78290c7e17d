package org.o365relay.daemon.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.MailboxStatus;
import org.o365relay.queue.GroupCount;

/// Mailboxes and pools: what waits for each, whether mail leaves, and if not, why and what to do.
public record MailboxTable(Layout layout) {

    private static final int INDENT = 4;
    private static final int COLUMN = 12;

    /// @param lanes none if no relay runs
    /// @param waiting by mailbox or pool
    /// @return a table; none if there is nothing to say
    public List<String> lines(List<MailboxStatus> lanes, List<GroupCount> waiting) {
        Map<String, GroupCount> tallies = new TreeMap<>();
        waiting.forEach(tally -> tallies.put(tally.name().toLowerCase(Locale.ROOT), tally));
        Table table = Table.of("MAILBOX", "STATE", "SINCE", ">WAITING", ">OLDEST", ">SENDING", "<UPSTREAM");
        for (MailboxStatus lane : lanes) {
            GroupCount tally = tallies.remove(lane.mailbox().toLowerCase(Locale.ROOT));
            table.row(cells(lane, tally), details(lane));
        }
        waiting.stream()
                .filter(tally -> tallies.containsKey(tally.name().toLowerCase(Locale.ROOT)))
                .forEach(tally -> table.row(cellsWithoutStatus(tally, lanes.isEmpty()), List.of()));
        return table.isEmpty() ? List.of() : table.lines(layout.width());
    }

    /// @return why mail does not leave, or not as it should, and what to do; none if it is open
    public List<String> details(MailboxStatus lane) {
        List<String> lines = new ArrayList<>();
        add(lines, "reply", lane.reply());
        add(lines, "cause", lane.reason());
        add(lines, "advice", lane.advice());
        add(lines, "next", next(lane));
        return lines;
    }

    private void add(List<String> lines, String label, String text) {
        lines.addAll(layout.labelled(INDENT, COLUMN, label, TerminalText.text(text)));
    }

    private List<String> cells(MailboxStatus lane, @Nullable GroupCount tally) {
        Instant since = lane.since();
        return List.of(
                lane.mailbox(),
                stateText(lane.state()),
                since == null ? "-" : layout.times().of(since),
                tally == null ? "0" : Amounts.count(tally.messages()),
                tally == null ? "-" : layout.times().age(tally.oldest()),
                Integer.toString(lane.delivering()),
                lane.upstream().isEmpty() ? "-" : lane.upstream());
    }

    /// A pool, or a mailbox that is no longer configured; or no relay runs.
    private List<String> cellsWithoutStatus(GroupCount tally, boolean nothingRuns) {
        return List.of(
                tally.name(),
                nothingRuns ? "-" : "pool",
                "-",
                Amounts.count(tally.messages()),
                layout.times().age(tally.oldest()),
                "-",
                "-");
    }

    private String next(MailboxStatus lane) {
        String resume = "o365-relay mailboxes resume " + lane.mailbox();
        Instant next = lane.nextProbe();
        String byItself = next == null
                ? "the relay probes the mailbox"
                : "the relay probes the mailbox at " + layout.times().of(next);
        return switch (lane.state()) {
            case OPEN -> "";
            case FAILOVER -> byItself;
            case RETRYING -> byItself;
            case BLOCKED -> byItself + "; to probe it now: " + resume;
            case PAUSED -> "no mail leaves until you run: " + resume;
        };
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
