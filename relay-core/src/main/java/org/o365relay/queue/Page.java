package org.o365relay.queue;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Some of the messages that were asked for.
///
/// @param next where the next page begins; null if this is the last
public record Page(List<MessageEntry> entries, @Nullable QueueId next) {

    public Page {
        entries = List.copyOf(entries);
    }

    /// In which order messages are listed.
    public enum Order {
        OLDEST_FIRST,
        NEWEST_FIRST
    }
}
