package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// Counts of the open messages.
///
/// @param at time of the count
/// @param states every state of [MessageState] that [is open][MessageState#isOpen()], with the number of its
///     messages
/// @param oldest ID of the oldest open message; null if there is none
/// @param oldestAt when the oldest open message was received; null if there is none
/// @param nextDue time of the next delivery attempt; null if there is none
/// @param mailboxes counts by mailbox or pool, largest first
/// @param clients counts by client, largest first; at most 20
/// @param reasons counts by reason of the last deferral, largest first; without messages that were never
///     deferred
public record QueueSummary(
        Instant at,
        Map<MessageState, Long> states,
        @Nullable QueueId oldest,
        @Nullable Instant oldestAt,
        @Nullable Instant nextDue,
        List<GroupCount> mailboxes,
        List<GroupCount> clients,
        List<GroupCount> reasons) {

    public QueueSummary {
        states = Map.copyOf(states);
        mailboxes = List.copyOf(mailboxes);
        clients = List.copyOf(clients);
        reasons = List.copyOf(reasons);
    }

    /// @return number of open messages
    public long open() {
        return states.values().stream().mapToLong(Long::longValue).sum();
    }
}
