package org.o365relay.alert;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Thresholds for alerts, and the webhook that receives them.
///
/// @param delay how long a condition must last before it is reported, unless it specifies its own delay, and
///     how long it must be over before its end is reported
/// @param queueAge maximum age of the oldest waiting message; zero for no limit
/// @param queueLength maximum number of waiting messages; 0 for no limit
/// @param webhook webhook that receives alerts; null if alerts are sent by email only
public record AlertSettings(
        Duration delay,
        Duration queueAge,
        int queueLength,
        @Nullable WebhookSettings webhook) {}
