package org.o365relay.daemon.setup;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How the tenant allows the app to send. Grant only one of the two: permissions add up, so an app with admin
/// consent is not limited to the mailbox that its management role allows.
enum Permission {
    /// API permissions with admin consent; SMTP also needs Full Access to the mailbox.
    CONSENT,
    /// A management role in Exchange for the relay's mailbox only (RBAC for Applications).
    RBAC;

    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Permission> named(String key) {
        return Arrays.stream(values())
                .filter(permission -> permission.key().equals(key))
                .findFirst();
    }
}
