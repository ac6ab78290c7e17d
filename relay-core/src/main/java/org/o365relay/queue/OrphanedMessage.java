package org.o365relay.queue;

import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// An open message whose mailbox or pool is no longer configured, so that no mailbox claims it.
///
/// @param route name of the mailbox or pool to which the message is routed; may be a configured pool if a
///     mailbox that is no longer configured claimed the message; empty for a message queued by an older relay
///     that had only one mailbox
/// @param recipients the open recipients
/// @param content opens the original content, byte for byte as received
public record OrphanedMessage(
        QueueId id,
        String route,
        Priority priority,
        Arrival arrival,
        Envelope envelope,
        List<Recipient> recipients,
        Supplier<InputStream> content) {

    public OrphanedMessage {
        recipients = List.copyOf(recipients);
    }
}
