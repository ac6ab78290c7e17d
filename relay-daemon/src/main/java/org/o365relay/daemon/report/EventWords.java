package org.o365relay.daemon.report;

import java.util.Set;
import org.o365relay.queue.Event;

/// What happened to a message, in words.
final class EventWords {

    static final String TWICE = "the upstream may have taken it all the same: it may have arrived twice";

    private static final Set<String> ANSWERS = Set.of("delivered", "deferred", "failed", "held");

    private EventWords() {}

    static String of(Event event) {
        return switch (event.kind()) {
            case "held" -> "not sent, the mailbox was in trouble";
            case "interrupted" -> "interrupted";
            case "retried" -> "an operator had it tried again";
            case "put-on-hold" -> "an operator put it on hold";
            case "released" -> "an operator released it";
            case "bounced" -> "an operator gave it up, and its author was told";
            case "deleted" -> "an operator deleted it";
            case "redirected" -> "an operator sent it another way";
            case "warned" -> "the author was told that it takes long";
            case "returned" -> "a report came back that it was not delivered";
            case "restored" -> "restored from a backup";
            default -> event.kind();
        };
    }

    /// @return whether its detail is what the upstream said
    static boolean isAnswer(Event event) {
        return ANSWERS.contains(event.kind());
    }

    static boolean isUncertain(Event event) {
        return event.uncertain() || event.kind().equals("interrupted");
    }
}
