package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.QueueId;

/// The queue at a glance. Open messages only.
///
/// @param at when it was looked at
/// @param states every state of [MessageState] that [is open][MessageState#isOpen()], with how many are in it
/// @param oldest the oldest open message; null if there is none
/// @param oldestAt when that was received
/// @param nextDue when the next message is to be tried; null if none is
/// @param mailboxes by mailbox or pool, most first
/// @param clients by client, most first; at most 20
/// @param reasons by why they wait, most first; messages that were never deferred are in none
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

    /// @return how many messages are open
    public long open() {
        return states.values().stream().mapToLong(Long::longValue).sum();
    }
}
