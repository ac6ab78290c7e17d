package org.o365relay.daemon.report;

import java.util.ArrayList;
import java.util.List;
import org.o365relay.RelayStatus;
import org.o365relay.RelayStatus.Disk;
import org.o365relay.RelayStatus.Rate;
import org.o365relay.RelayStatus.Running;
import org.o365relay.alert.Alert;

/// Describes the status of the relay.
public record StatusReport(Layout layout, ReasonTexts reasonTexts, DeviceNames deviceNames) {

    public List<String> lines(RelayStatus status, WaitReasons waits) {
        List<String> lines = new ArrayList<>();
        Running running = status.running();
        if (running == null) {
            lines.add(QueueReport.NOT_RUNNING);
        } else {
            addRelay(lines, running);
            add(lines, "listeners", String.join(", ", running.listeners()));
        }
        add(lines, "disk", disk(status.disk()));
        lines.add("");
        lines.addAll(new QueueReport(layout, reasonTexts, deviceNames).summary(status.queue(), waits));
        List<String> mailboxes = new MailboxTable(layout, waits)
                .lines(
                        running == null ? List.of() : running.mailboxes(),
                        status.queue().mailboxes());
        if (!mailboxes.isEmpty()) {
            lines.add("");
            lines.addAll(mailboxes);
        }
        if (running != null) {
            lines.add("");
            lines.addAll(rates(running.rates()));
            lines.add("");
            lines.addAll(alertLines(running.alerts()));
        }
        return lines;
    }

    /// Describes the status on a screen with few rows: if it needs more, omits details and begins with the most
    /// important lines.
    ///
    /// @param rows maximum number of lines, at least 2
    public List<String> lines(RelayStatus status, WaitReasons waits, int rows) {
        List<String> all = lines(status, waits);
        if (all.size() <= rows) {
            return all;
        }
        List<String> lines = new ArrayList<>();
        Running running = status.running();
        if (running == null) {
            lines.add(QueueReport.NOT_RUNNING);
        } else {
            addRelay(lines, running);
            running.alerts().forEach(alert -> lines.add(subject(alert)));
            lines.add("");
            lines.addAll(rates(running.rates()));
        }
        lines.add("");
        lines.addAll(new QueueReport(layout, reasonTexts, deviceNames).summary(status.queue(), waits));
        lines.add("");
        lines.addAll(new MailboxTable(layout, waits)
                .shortLines(
                        running == null ? List.of() : running.mailboxes(),
                        status.queue().mailboxes()));
        List<String> shown = new ArrayList<>(lines.subList(0, Math.min(lines.size(), rows - 1)));
        shown.add("More: o365-relay status");
        return shown;
    }

    private void addRelay(List<String> lines, Running running) {
        add(
                lines,
                "relay",
                running.version() + ", up since " + layout.times().of(running.startedAt()) + " ("
                        + layout.times().age(running.startedAt()) + "), process " + running.pid());
    }

    private String subject(Alert alert) {
        return "! " + TerminalText.text(alert.subject()) + " (since "
                + layout.times().of(alert.since()) + ")";
    }

    private void add(List<String> lines, String label, String text) {
        lines.addAll(layout.labelled(0, 12, label, TerminalText.text(text)));
    }

    private static String disk(Disk disk) {
        String free = Amounts.octets(disk.free()) + " free";
        String threshold = disk.free() < disk.minimumFree()
                ? ", LESS THAN the required " + Amounts.octets(disk.minimumFree()) + ": new mail is rejected for now"
                : " (new mail is rejected below " + Amounts.octets(disk.minimumFree()) + ")";
        return free + threshold + "; the queue uses " + Amounts.octets(disk.used()) + " of "
                + Amounts.octets(disk.maximum());
    }

    private List<String> rates(List<Rate> rates) {
        Table table = Table.of("MESSAGES", ">LAST MINUTE", ">LAST HOUR", ">LAST DAY");
        for (Rate rate : rates) {
            table.row(
                    rate.event(),
                    Amounts.count(rate.lastMinute()),
                    Amounts.count(rate.lastHour()),
                    Amounts.count(rate.lastDay()));
        }
        return table.lines(layout.width());
    }

    private List<String> alertLines(List<Alert> alerts) {
        List<String> lines = new ArrayList<>();
        if (alerts.isEmpty()) {
            lines.add("No active alerts.");
        }
        for (Alert alert : alerts) {
            lines.add(subject(alert));
            lines.addAll(layout.labelled(4, 12, "alert", TerminalText.text(alert.text())));
            lines.addAll(layout.labelled(4, 12, "advice", TerminalText.text(alert.advice())));
        }
        return lines;
    }
}
