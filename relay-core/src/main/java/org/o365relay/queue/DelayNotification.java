package org.o365relay.queue;

import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;

/// That somebody is told of a message that waits: by a letter, or later by a digest.
///
/// @param to who
/// @param notice null if it is withheld
/// @param suppressed null if there is a letter
public record DelayNotification(
        QueueId message,
        EmailAddress to,
        @Nullable LocalMessage notice,
        @Nullable SuppressedNotice suppressed) {

    public DelayNotification {
        if ((notice == null) == (suppressed == null)) {
            throw new IllegalArgumentException("either a letter or a digest tells of message " + message);
        }
    }
}
