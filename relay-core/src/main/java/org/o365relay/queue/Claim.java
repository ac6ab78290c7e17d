package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// A due message, leased to the caller: no other claim returns it until it is settled or the lease ends.
///
/// @param lease number that identifies the claim when it is settled
/// @param content ID under which the message's content is stored: for a part of a split message, the ID of the
///     first part, which the client received in the 250 reply; otherwise the message's own ID
/// @param recipients the open recipients
/// @param size size of the original message in octets
/// @param attempts number of delivery attempts, including this one
/// @param notice whether the relay generated the message (a notice or an alert)
/// @param route the mailbox or pool chosen by the routing rules
/// @param mailbox the mailbox that claimed the message
/// @param dueAt when the message became due
public record Claim(
        QueueId id,
        long lease,
        QueueId content,
        Arrival arrival,
        Envelope envelope,
        List<Recipient> recipients,
        long size,
        int attempts,
        boolean notice,
        String route,
        String mailbox,
        Priority priority,
        Instant dueAt) {

    public Claim {
        recipients = List.copyOf(recipients);
    }
}
