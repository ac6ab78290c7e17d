package org.o365relay.alert;

import java.time.Duration;

/// Thresholds for alerts, and how the admin is notified.
///
/// @param delay how long a condition must last before it is reported, unless it specifies its own delay, and
///     how long it must be over before its end is reported
/// @param queueAge maximum age of the oldest waiting message; zero for no limit
/// @param queueLength maximum number of waiting messages; 0 for no limit
public record AlertSettings(Duration delay, Duration queueAge, int queueLength, AlertChannelSettings channels) {}
