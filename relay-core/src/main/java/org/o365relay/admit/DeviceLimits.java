package org.o365relay.admit;

import org.jspecify.annotations.Nullable;

/// What one client address may use up.
///
/// @param connections most at once
/// @param messagesPerMinute null for no limit
/// @param recipientsPerHour null for no limit
/// @param recipientsPerDay the budget of any 24 hours; null for no limit
public record DeviceLimits(
        int connections,
        @Nullable Integer messagesPerMinute,
        @Nullable Integer recipientsPerHour,
        @Nullable Integer recipientsPerDay) {}
