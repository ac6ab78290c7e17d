package org.o365relay.config.credentials;

import java.time.Duration;
import java.time.Instant;
import org.o365relay.config.hocon.Section;

/// Warns about credentials that have expired or will expire soon. Expiry is not an error: the relay starts, and
/// mail waits in the queue until the credential is renewed.
record ExpiryWarnings(Section section, Instant now) {

    private static final Duration SOON = Duration.ofDays(30);

    /// @param what the thing that expires, for example "the secret"
    /// @param expiry expiry date as shown in the warning
    /// @param remedy what the admin must do, in the imperative
    void report(String key, String what, Object expiry, Instant end, String remedy) {
        if (!end.isAfter(now)) {
            section.reportWarning(key, "%s expired on %s; mail waits until you %s".formatted(what, expiry, remedy));
        } else if (end.isBefore(now.plus(SOON))) {
            section.reportWarning(key, "%s expires on %s; %s".formatted(what, expiry, remedy));
        }
    }
}
