package org.o365relay.daemon.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;

/// Lists messages with their outcome, one line each if the terminal is wide enough.
public record TraceTable(Layout layout, WaitReasons waits) {

    public List<String> lines(List<MessageDetail> messages) {
        Table wide = wide(messages);
        if (wide.fits(layout.width())) {
            return wide.lines(layout.width());
        }
        Table narrow = narrow(messages);
        List<String> lines = new ArrayList<>(narrow.lines(layout.width()));
        if (!narrow.fits(layout.width())) {
            lines.add("Truncated to the terminal width; use --wide, or \"queue show ID\" for one message.");
        }
        return lines;
    }

    /// A table for narrow terminals: the outcome is on a line of its own and is never truncated.
    private Table narrow(List<MessageDetail> messages) {
        Table table = Table.of("ID", "RECEIVED", "<FROM", "<TO", "<SUBJECT", "<DEVICE");
        for (MessageDetail message : messages) {
            MessageEntry entry = message.entry();
            table.row(
                    List.of(
                            entry.id().toString(),
                            layout.times().of(entry.receivedAt()),
                            MessageTable.sender(entry),
                            MessageTable.recipients(entry),
                            entry.subject().isEmpty() ? "-" : entry.subject(),
                            entry.client()),
                    layout.labelled(4, 5, "", TerminalText.text(outcome(message))));
        }
        return table;
    }

    private Table wide(List<MessageDetail> messages) {
        Table table = Table.of("ID", "RECEIVED", "<FROM", "<TO", "<OUTCOME", "<SUBJECT", "<DEVICE");
        for (MessageDetail message : messages) {
            MessageEntry entry = message.entry();
            table.row(
                    entry.id().toString(),
                    layout.times().of(entry.receivedAt()),
                    MessageTable.sender(entry),
                    MessageTable.recipients(entry),
                    outcome(message),
                    entry.subject().isEmpty() ? "-" : entry.subject(),
                    entry.client());
        }
        return table;
    }

    private String outcome(MessageDetail message) {
        MessageEntry entry = message.entry();
        Instant settled = entry.settledAt();
        String when = settled == null ? "" : " " + layout.times().after(entry.receivedAt(), settled);
        String duplicate = message.events().stream().anyMatch(event -> EventTexts.isUncertain(event, message))
                ? ", possibly twice"
                : "";
        return switch (entry.state()) {
            case QUEUED, DEFERRED -> waiting(entry);
            case DELIVERING -> "being delivered";
            case HELD -> "on hold";
            case DELIVERED ->
                "delivered" + when + duplicate
                        + lastDetail(message, "delivered")
                                .flatMap(UpstreamId::in)
                                .map(id -> ", " + id)
                                .orElse("");
            case FAILED ->
                "FAILED" + when
                        + lastDetail(message, "failed").map(": "::concat).orElse("");
            case DELETED -> "deleted by an operator" + when;
        };
    }

    private String waiting(MessageEntry entry) {
        String reason = entry.reason().isEmpty() ? "" : ": " + entry.reason();
        return waits.of(entry)
                .filter(wait -> wait.kind().isOfMailbox())
                .map(wait -> "waits for " + wait.text() + reason)
                .orElseGet(() -> (entry.state() == MessageState.QUEUED ? "queued" : "deferred")
                        + reason
                        + (entry.state() == MessageState.QUEUED ? "" : next(entry)));
    }

    private String next(MessageEntry entry) {
        Instant due = entry.dueAt();
        return due == null ? "" : ", next attempt " + layout.times().of(due);
    }

    private static Optional<String> lastDetail(MessageDetail message, String kind) {
        return message.events().reversed().stream()
                .filter(event -> event.kind().equals(kind))
                .map(HistoryEntry::detail)
                .findFirst();
    }
}
