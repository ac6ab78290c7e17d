package org.o365relay.daemon.report;

import java.util.Set;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.MessageDetail;
import org.o365relay.queue.MessageEntry;

/// Describes the events in the history of a message.
final class EventTexts {

    static final String POSSIBLE_DUPLICATE =
            "the upstream may have accepted the message; recipients may receive it twice";

    private static final Set<String> REPLIES = Set.of("delivered", "deferred", "failed", "postponed");

    private EventTexts() {}

    static String of(HistoryEntry event) {
        if (event.reason().equals("probably-delivered")) {
            return "failed, probably delivered";
        }
        return switch (event.kind()) {
            case "postponed" -> "mailbox blocked, not sent";
            case "interrupted" -> "interrupted";
            case "retried" -> "retried by an operator";
            case "held" -> "put on hold by an operator";
            case "released" -> "released by an operator";
            case "bounced" -> "bounced by an operator";
            case "deleted" -> "deleted by an operator";
            case "redirected" -> "redirected by an operator";
            case "resent" -> "resent by an operator";
            case "delayed" -> "delay notice sent to the sender";
            case "ndr" -> "non-delivery report received from Exchange";
            case "restored" -> "restored from a backup";
            default -> event.kind();
        };
    }

    /// @return whether the detail of the event is a reply, from the upstream or composed by the relay; false if
    ///     the message waits for a limit of the relay
    static boolean isReply(HistoryEntry event) {
        return REPLIES.contains(event.kind()) && !event.reason().equals(JudgedReply.DAILY_QUOTA);
    }

    /// @return whether the event may cause a duplicate. A message may have been delivered between the backup
    ///     and the restore; if the restored message was settled without a delivery attempt, it was not resent
    static boolean isUncertain(HistoryEntry event, MessageDetail message) {
        MessageEntry entry = message.entry();
        if (event.kind().equals("restored") && entry.settledAt() != null && entry.attempts() == 0) {
            return false;
        }
        return event.uncertain() || event.kind().equals("interrupted");
    }
}
