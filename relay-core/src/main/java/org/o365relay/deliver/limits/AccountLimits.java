package org.o365relay.deliver.limits;

import org.jspecify.annotations.Nullable;

/// Sending limits of one account, for all its upstreams together. Null means no limit.
///
/// @param messagesPerMinute average rate of messages; 1 or more
/// @param burst maximum number of messages sent without a pause after an idle period; 1 or more
/// @param connections maximum number of concurrent attempts, 1 to 100
/// @param recipientsPerDay maximum number of recipients in any 24 hours; 1 or more
public record AccountLimits(
        @Nullable Integer messagesPerMinute,
        int burst,
        int connections,
        @Nullable Integer recipientsPerDay) {}
