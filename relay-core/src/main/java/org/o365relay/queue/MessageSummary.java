package org.o365relay.queue;

import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// What the queue knows of a message, open or settled.
///
/// @param recipients all of them
/// @param attempts begun so far
/// @param notice whether it is one of the relay's own letters
public record MessageSummary(
        QueueId id,
        Arrival arrival,
        Envelope envelope,
        List<Recipient> recipients,
        int attempts,
        Priority priority,
        boolean notice) {

    public MessageSummary {
        recipients = List.copyOf(recipients);
    }
}
