package org.o365relay.daemon.report;

import java.util.ArrayList;
import java.util.List;
import org.o365relay.queue.MessageEntry;

/// Lists messages, one line each.
public record MessageTable(Layout layout, WaitReasons waits) {

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
        List<String> lines = new ArrayList<>(table.lines(layout.width()));
        lines.addAll(waits.lines(messages));
        return lines;
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
