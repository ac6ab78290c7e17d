package org.o365relay.sandbox;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The recent usage of each mailbox.
final class MailboxUsages {

    private final Map<String, MailboxUsage> usages = new ConcurrentHashMap<>();

    MailboxUsage of(SandboxMailbox mailbox) {
        return usages.computeIfAbsent(mailbox.key(), _ -> new MailboxUsage());
    }
}
