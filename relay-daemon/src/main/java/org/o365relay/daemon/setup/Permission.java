package org.o365relay.daemon.setup;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/// How the tenant allows the app to send. Only one should be granted: permissions add up, so that with
/// consent the app is not limited to the mailbox of its role.
enum Permission {
    /// An API permission with admin consent; for SMTP also Full Access to the mailbox.
    CONSENT,
    /// A management role in Exchange for this mailbox only (RBAC for Applications).
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
