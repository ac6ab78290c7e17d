package org.o365relay.queue;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

/// What is still known of a message about which a notice was withheld.
///
/// @param kind of the notice
/// @param receivedAt when it came in; when the notice was withheld, if the message is forgotten
/// @param helo what the device called itself; empty if that is not known
/// @param subject null if it has none or that is not known
/// @param recipients of whom it would have told: those that failed since then; of a delayed one those
///     that have not failed
/// @param settled whether nobody waits for it any more
/// @param reason of the last trouble, as in the catalogue of replies; empty if not known
public record SuppressedMessage(
        QueueId id,
        SuppressedNotice.Kind kind,
        Instant receivedAt,
        String helo,
        @Nullable String subject,
        List<EmailAddress> recipients,
        boolean settled,
        String reason) {

    public SuppressedMessage {
        recipients = List.copyOf(recipients);
    }
}
