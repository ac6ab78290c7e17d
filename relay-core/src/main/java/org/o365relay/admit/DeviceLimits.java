package org.o365relay.admit;

import org.jspecify.annotations.Nullable;

/// Limits for one client address.
///
/// @param connections concurrent connections
/// @param messagesPerMinute null for no limit
/// @param recipientsPerHour null for no limit
/// @param recipientsPerDay in any 24 hours; null for no limit
public record DeviceLimits(
        int connections,
        @Nullable Integer messagesPerMinute,
        @Nullable Integer recipientsPerHour,
        @Nullable Integer recipientsPerDay) {}
