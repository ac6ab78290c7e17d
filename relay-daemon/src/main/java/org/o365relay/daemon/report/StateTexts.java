package org.o365relay.daemon.report;

import java.util.Locale;
import org.o365relay.queue.MessageState;

/// What a message is doing, in words.
public final class StateTexts {

    private StateTexts() {}

    /// @return as filters and JSON have it: `deferred`
    public static String key(MessageState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /// @return as it is said of some messages: "3 to be tried again"
    public static String of(MessageState state) {
        return switch (state) {
            case QUEUED -> "not tried yet";
            case DEFERRED -> "to be tried again";
            case DELIVERING -> "being delivered just now";
            case HELD -> "on hold";
            case DELIVERED -> "delivered";
            case FAILED -> "failed";
            case DELETED -> "deleted";
        };
    }
}
