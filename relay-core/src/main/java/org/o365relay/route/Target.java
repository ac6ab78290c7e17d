package org.o365relay.route;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// A mailbox, or a pool of mailboxes that share the load.
///
/// @param name name of the pool, or address key of the single mailbox; stored with each queued message
/// @param mailboxes the mailboxes, at least one; any of them may send a message routed to this target
/// @param messageSize largest message size that all mailboxes accept, in octets
/// @param recipientsPerMessage maximum number of recipients per message that all mailboxes accept; null for no
///     limit
public record Target(
        String name,
        List<EmailAddress> mailboxes,
        long messageSize,
        @Nullable Integer recipientsPerMessage) {

    public Target {
        mailboxes = List.copyOf(mailboxes);
        if (mailboxes.isEmpty()) {
            throw new IllegalArgumentException("no mailbox in " + name);
        }
    }
}
