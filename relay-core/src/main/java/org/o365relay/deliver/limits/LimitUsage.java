package org.o365relay.deliver.limits;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The sending limits of an account and their usage, as shown to operators. Null means no limit.
///
/// @param account user name of the account, in lower case
/// @param messagesPerMinute rate limit in effect: the configured one, or a temporarily reduced one
/// @param nextMessageAt when the rate limit allows the next message; null if one may be sent now
/// @param connections maximum number of concurrent attempts in effect
/// @param connectionsInUse number of attempts in progress
/// @param nextConnectionAt when the next attempt may start after the upstream reported too many connections;
///     null if one may start now
/// @param recipientsPerDay maximum number of recipients in 24 hours
/// @param recipientsCounted number of recipients that count against the daily quota now, including those of
///     attempts in progress; 0 if there is no quota
public record LimitUsage(
        String account,
        @Nullable Integer messagesPerMinute,
        @Nullable Instant nextMessageAt,
        int connections,
        int connectionsInUse,
        @Nullable Instant nextConnectionAt,
        @Nullable Integer recipientsPerDay,
        long recipientsCounted) {}
