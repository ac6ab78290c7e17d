package org.o365relay.daemon.report;

import java.util.Set;
import org.o365relay.queue.Event;
import org.o365relay.queue.MessageDetail;

/// What happened to a message, in words.
final class EventTexts {

    static final String POSSIBLE_DUPLICATE = "the upstream may have taken it all the same: it may have arrived twice";

    private static final Set<String> REPLIES = Set.of("delivered", "deferred", "failed", "postponed");

    private EventTexts() {}

    static String of(Event event) {
        return switch (event.kind()) {
            case "postponed" -> "not sent, the mailbox was in trouble";
            case "interrupted" -> "interrupted";
            case "retried" -> "an operator had it tried again";
            case "held" -> "an operator put it on hold";
            case "released" -> "an operator released it";
            case "bounced" -> "an operator gave it up, and its author was told";
            case "deleted" -> "an operator deleted it";
            case "redirected" -> "an operator sent it another way";
            case "delayed" -> "the author was told that it takes long";
            case "ndr" -> "a report came back that it was not delivered";
            case "restored" -> "restored from a backup";
            default -> event.kind();
        };
    }

    /// @return whether its detail is what the upstream said
    static boolean isReply(Event event) {
        return REPLIES.contains(event.kind());
    }

    /// A message that was never tried cannot have arrived before the backup was restored, as far as its history goes.
    static boolean isUncertain(Event event, MessageDetail message) {
        if (event.kind().equals("restored") && message.entry().attempts() == 0) {
            return false;
        }
        return event.uncertain() || event.kind().equals("interrupted");
    }
}
