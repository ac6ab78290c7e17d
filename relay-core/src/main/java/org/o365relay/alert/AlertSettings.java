package org.o365relay.alert;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// When the admin is told that something is wrong, and how besides by a letter.
///
/// @param delay how long a trouble has to last before it is told
/// @param queueAge how old the oldest message may be; zero: any age
/// @param queueLength how many messages may wait; 0: any number
/// @param webhook null for none
public record AlertSettings(
        Duration delay,
        Duration queueAge,
        int queueLength,
        @Nullable WebhookSettings webhook) {}
