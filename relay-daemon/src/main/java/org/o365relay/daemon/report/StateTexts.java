package org.o365relay.daemon.report;

import java.util.Locale;
import org.o365relay.queue.MessageState;

/// Describes the states of messages.
public final class StateTexts {

    private StateTexts() {}

    /// @return the name used in filters and JSON, such as `deferred`
    public static String key(MessageState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    /// @return the words shown in reports, such as `on hold`
    public static String of(MessageState state) {
        return switch (state) {
            case QUEUED -> "queued";
            case DEFERRED -> "deferred";
            case DELIVERING -> "being delivered";
            case HELD -> "on hold";
            case DELIVERED -> "delivered";
            case FAILED -> "failed";
            case DELETED -> "deleted";
        };
    }
}
