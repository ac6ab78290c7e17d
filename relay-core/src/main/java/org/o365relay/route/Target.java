package org.o365relay.route;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// A mailbox, or a pool of mailboxes that share the load.
///
/// @param name of the pool; of a mailbox by itself its address in lower case. Messages in the queue go by it
/// @param mailboxes at least one; any of them may send what comes here
/// @param messageSize octets of the largest message that all of them take
/// @param recipientsPerMessage most recipients that all of them take in one message; null for any number
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
