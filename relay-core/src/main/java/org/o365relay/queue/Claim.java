package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// A due message, leased to the caller: nobody else gets it until it is settled or the lease ends.
///
/// @param lease proves the claim when settling
/// @param content whose content it has: of a divided message that of the first part, which is also what the
///     client was told that it is called; else its own
/// @param recipients those still open
/// @param size octets of the original
/// @param attempts how many there were, the one this claim is for included
/// @param notice whether it is one of the relay's own notices
/// @param route the mailbox or pool that was chosen for it
/// @param mailbox who has claimed it
/// @param dueAt since when it is due
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
