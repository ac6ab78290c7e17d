package org.o365relay.alert;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// When alerts are raised, and the webhook they are posted to.
///
/// @param delay how long a condition must last before it is reported, and how long it must be over before its
///     end is reported
/// @param queueAge maximum age of the oldest waiting message; zero for no limit
/// @param queueLength maximum number of waiting messages; 0 for no limit
/// @param webhook null for none; alerts are then sent by email only
public record AlertSettings(
        Duration delay,
        Duration queueAge,
        int queueLength,
        @Nullable WebhookSettings webhook) {}
