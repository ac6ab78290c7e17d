package org.o365relay.config;

import java.time.Duration;
import java.time.Instant;

/// Warns of what ends. Never a reason not to start: what devices send is kept until there is something new.
record ExpiryWarnings(Section section, Instant now) {

    private static final Duration SOON = Duration.ofDays(30);

    /// @param what for example "the secret"
    /// @param day as the admin knows it
    /// @param remedy what to do, as an order
    void report(String key, String what, Object day, Instant end, String remedy) {
        if (!end.isAfter(now)) {
            section.warning(key, "%s has expired on %s; mail waits until you %s".formatted(what, day, remedy));
        } else if (end.isBefore(now.plus(SOON))) {
            section.warning(key, "%s expires on %s; %s".formatted(what, day, remedy));
        }
    }
}
