package org.o365relay.queue;

import java.util.List;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// Envelope and origin of an open or settled message.
///
/// @param recipients all recipients, including settled ones
/// @param attempts number of delivery attempts that count, including one in progress
/// @param notice whether the relay generated the message (a notice or an alert)
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
