package org.o365relay.daemon.report;

import java.util.List;
import java.util.Optional;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageDetail.RecipientEntry;

/// Describes the outcome of a message for each of its recipients.
record RecipientTexts(Times times) {

    /// @return the outcome, such as `delivered 17:42`, `FAILED 17:42: 550 5.1.10 Recipient not found` or
    ///     `waits: 451 4.7.500 Server busy`
    String of(MessageDetail message, RecipientEntry recipient) {
        Optional<HistoryEntry> last = message.lastResult(recipient);
        String when = last.map(event -> " " + times.after(message.entry().receivedAt(), event.at()))
                .orElse("");
        return switch (recipient.state()) {
            case "delivered" ->
                last.filter(event -> event.kind().equals("ndr"))
                        .map(ndr -> "delivered, but Exchange reported" + when + ": " + ndr.detail())
                        .orElse("delivered" + when);
            case "failed" -> "FAILED" + when + detail(last);
            case "deleted" -> "deleted by an operator" + when;
            case "queued" -> "waits" + detail(last.filter(EventTexts::isReply));
            default -> recipient.state() + when;
        };
    }

    private static String detail(Optional<HistoryEntry> event) {
        return event.map(last -> ": " + last.detail()).orElse("");
    }

    /// @return whether the outcome is the same for all recipients
    boolean areAlike(MessageDetail message) {
        List<RecipientEntry> recipients = message.recipients();
        return recipients.stream()
                        .map(recipient -> of(message, recipient))
                        .distinct()
                        .count()
                <= 1;
    }
}
