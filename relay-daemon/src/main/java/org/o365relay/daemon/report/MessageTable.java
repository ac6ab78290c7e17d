package org.o365relay.daemon.report;

import java.util.ArrayList;
import java.util.List;
import org.o365relay.queue.MessageEntry;

/// Lists messages, one line each; on a terminal that is too narrow for all columns, two.
public record MessageTable(Layout layout, WaitReasons waits) {

    /// Aligns a second line with the column that follows the queue ID.
    private static final String INDENT = " ".repeat(15);

    public List<String> lines(List<MessageEntry> messages) {
        Table table =
                Table.of("ID", "RECEIVED", "STATE", "<FROM", "<TO", "<REASON", "<SUBJECT", "NEXT ATTEMPT", "<DEVICE");
        for (MessageEntry message : messages) {
            table.row(
                    message.id().toString(),
                    layout.times().of(message.receivedAt()),
                    StateTexts.key(message.state()),
                    sender(message),
                    recipients(message),
                    message.reason().isEmpty() ? "-" : message.reason(),
                    message.subject().isEmpty() ? "-" : message.subject(),
                    waits.next(message),
                    message.client());
        }
        List<String> lines =
                new ArrayList<>((table.fitsTruncated(layout.width()) ? table : narrow(messages)).lines(layout.width()));
        lines.addAll(waits.lines(messages));
        return lines;
    }

    private Table narrow(List<MessageEntry> messages) {
        Table table = Table.of("ID", "RECEIVED", "STATE", "<FROM", "<TO");
        for (MessageEntry message : messages) {
            table.row(
                    List.of(
                            message.id().toString(),
                            layout.times().of(message.receivedAt()),
                            StateTexts.key(message.state()),
                            sender(message),
                            recipients(message)),
                    List.of(TerminalText.truncate(INDENT + TerminalText.text(details(message)), layout.width())));
        }
        return table;
    }

    /// @return what is left out of the columns, the most important first
    private String details(MessageEntry message) {
        List<String> details = new ArrayList<>();
        if (!message.reason().isEmpty()) {
            details.add(message.reason());
        }
        String next = waits.next(message);
        if (!next.equals("-")) {
            details.add("next attempt: " + next);
        }
        details.add("from " + message.client());
        if (!message.subject().isEmpty()) {
            details.add(message.subject());
        }
        return String.join("; ", details);
    }

    static String sender(MessageEntry message) {
        return message.sender().isEmpty() ? "<>" : message.sender();
    }

    static String recipients(MessageEntry message) {
        if (message.recipients().isEmpty()) {
            return "-";
        }
        int others = message.recipientCount() - 1;
        return message.recipients().getFirst() + (others > 0 ? " +" + others : "");
    }
}
