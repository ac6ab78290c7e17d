package org.o365relay.queue;

import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Counts of the open messages.
///
/// @param at time of the count
/// @param states the number of messages in each [open][MessageState#isOpen()] state, including states without
///     messages
/// @param oldest ID of the oldest open message; null if there is none
/// @param oldestAt when the oldest open message was received; null if there is none
/// @param nextDue time of the next scheduled delivery attempt; null if none is scheduled
/// @param mailboxes counts by mailbox or pool, largest first
/// @param due the number of messages that are due now, by mailbox or pool
/// @param clients counts by client, largest first, for at most 20 clients
/// @param reasons counts by reason for the last deferral, largest first; messages that were never deferred are
///     left out
public record QueueSummary(
        Instant at,
        Map<MessageState, Long> states,
        @Nullable QueueId oldest,
        @Nullable Instant oldestAt,
        @Nullable Instant nextDue,
        List<GroupCount> mailboxes,
        Map<String, Long> due,
        List<GroupCount> clients,
        List<GroupCount> reasons) {

    public QueueSummary {
        states = Map.copyOf(states);
        mailboxes = List.copyOf(mailboxes);
        due = Collections.unmodifiableMap(new TreeMap<>(due)); // in the same order each time
        clients = List.copyOf(clients);
        reasons = List.copyOf(reasons);
    }

    /// @return the number of open messages
    public long open() {
        return states.values().stream().mapToLong(Long::longValue).sum();
    }
}
