package org.o365relay.admit;

import org.jspecify.annotations.Nullable;

/// Limits for one client address.
///
/// @param connections maximum number of concurrent connections
/// @param messagesPerMinute maximum number of messages per minute; null for no limit
/// @param recipientsPerHour maximum number of recipients in any hour; null for no limit
/// @param recipientsPerDay maximum number of recipients in any 24 hours; null for no limit
public record DeviceLimits(
        int connections,
        @Nullable Integer messagesPerMinute,
        @Nullable Integer recipientsPerHour,
        @Nullable Integer recipientsPerDay) {}
