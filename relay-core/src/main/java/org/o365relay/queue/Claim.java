package org.o365relay.queue;

import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// A due message, leased to the caller: nobody else gets it until it is settled or the lease ends.
///
/// @param lease proves the claim when settling
/// @param recipients those still open
/// @param size octets of the original
/// @param attempts how many there were, the one this claim is for included
/// @param notice whether it is one of the relay's own notices
public record Claim(
        QueueId id,
        long lease,
        Arrival arrival,
        Envelope envelope,
        List<Recipient> recipients,
        long size,
        int attempts,
        boolean notice) {

    public Claim {
        recipients = List.copyOf(recipients);
    }
}
