package org.o365relay.queue;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

/// A notification about a delayed message: either a notice to send now, or a suppressed notice to include in a
/// later digest.
///
/// @param to the address to notify
/// @param notice the notice to send; null if it is suppressed
/// @param suppressed the suppressed notice; null if a notice is sent
public record DelayNotification(
        QueueId message,
        EmailAddress to,
        @Nullable LocalMessage notice,
        @Nullable SuppressedNotice suppressed) {

    public DelayNotification {
        if ((notice == null) == (suppressed == null)) {
            throw new IllegalArgumentException(
                    "exactly one of notice and suppressed notice is required for message " + message);
        }
    }
}
