package org.o365relay.daemon.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageEntry;
import org.o365relay.queue.MessageState;

/// Lists messages with their outcome, one row each. The outcome is on a line of its own if the terminal is
/// narrow; recipients with different outcomes follow on lines of their own.
public record TraceTable(Layout layout, WaitReasons waits) {

    private static final int MAX_RECIPIENTS = 10;

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
                    below(message, outcome(message)));
        }
        return table;
    }

    private Table wide(List<MessageDetail> messages) {
        Table table = Table.of("ID", "RECEIVED", "<FROM", "<TO", "<OUTCOME", "<SUBJECT", "<DEVICE");
        for (MessageDetail message : messages) {
            MessageEntry entry = message.entry();
            table.row(
                    List.of(
                            entry.id().toString(),
                            layout.times().of(entry.receivedAt()),
                            MessageTable.sender(entry),
                            MessageTable.recipients(entry),
                            outcome(message),
                            entry.subject().isEmpty() ? "-" : entry.subject(),
                            entry.client()),
                    below(message, ""));
        }
        return table;
    }

    /// @param outcome outcome of the message; empty to leave it out
    /// @return the outcome, and that of each recipient if they differ
    private List<String> below(MessageDetail message, String outcome) {
        List<String> lines = new ArrayList<>(layout.labelled(4, 5, "", TerminalText.text(outcome)));
        if (!recipients().areAlike(message)) {
            message.recipients().stream()
                    .limit(MAX_RECIPIENTS)
                    .forEach(recipient -> lines.addAll(layout.labelled(
                            4,
                            5,
                            "",
                            TerminalText.text(
                                    recipient.address() + ": " + recipients().of(message, recipient)))));
            int more = message.recipients().size() - MAX_RECIPIENTS;
            if (more > 0) {
                lines.add("     and " + more + " more; see: o365-relay queue show "
                        + message.entry().id());
            }
        }
        return lines;
    }

    private RecipientTexts recipients() {
        return new RecipientTexts(layout.times());
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
                                .orElse("")
                        + lastDetail(message, "ndr")
                                .map("; but Exchange reported: "::concat)
                                .orElse("");
            case FAILED ->
                "FAILED" + share(message, "failed") + when
                        + lastDetail(message, "failed").map(": "::concat).orElse("");
            case DELETED -> "deleted by an operator" + when;
        };
    }

    /// @return ` for 1 of 3 recipients` if not all recipients are in this state; otherwise empty
    private static String share(MessageDetail message, String state) {
        int all = message.recipients().size();
        long number = message.recipients().stream()
                .filter(recipient -> recipient.state().equals(state))
                .count();
        return number == all ? "" : " for " + number + " of " + all + " recipients";
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
