package org.o365relay.deliver;

import org.jspecify.annotations.Nullable;

/// What may leave through one mailbox, over all its roads. Null stands for no limit.
///
/// @param messagesPerMinute how fast, in the long run; 1 or more
/// @param burst how many may leave at once after a pause; 1 or more
/// @param connections most attempts at the same time, 1 to 100
/// @param recipientsPerDay over the last 24 hours; 1 or more
public record MailboxLimits(
        @Nullable Integer messagesPerMinute,
        int burst,
        int connections,
        @Nullable Integer recipientsPerDay) {}
