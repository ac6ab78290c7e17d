package org.o365relay.queue;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// A page of a list of messages.
///
/// @param next ID of the first message of the next page; null if this is the last page
public record Page(List<MessageEntry> entries, @Nullable QueueId next) {

    public Page {
        entries = List.copyOf(entries);
    }

    /// Order of a list by time of reception.
    public enum Order {
        OLDEST_FIRST,
        NEWEST_FIRST
    }
}
