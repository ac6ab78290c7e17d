package org.o365relay.queue;

import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// An open message that nobody claims, because there is no mailbox or pool of that name any more.
///
/// @param route the mailbox or pool that was chosen for it; empty if an older relay knew of one mailbox only
/// @param recipients those still open
/// @param content opens the original, byte for byte as it was received
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
