package org.o365relay.queue;

import java.io.InputStream;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.Priority;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// An open message that its author may be told of: neither a notice, nor from the null sender, nor on hold.
///
/// @param recipients those still open
/// @param mailbox who delivers it: a mailbox, or a pool if nobody has tried it yet
/// @param reason why it was deferred last, as in the catalogue of replies; null if it never was
/// @param content opens the original, byte for byte as it was received
public record WaitingMessage(
        QueueId id,
        Arrival arrival,
        Envelope envelope,
        List<Recipient> recipients,
        int attempts,
        String mailbox,
        Priority priority,
        @Nullable String reason,
        Supplier<InputStream> content) {

    public WaitingMessage {
        recipients = List.copyOf(recipients);
    }
}
