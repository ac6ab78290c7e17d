package org.o365relay.daemon.sandbox;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What each mailbox has done of late.
final class MailboxUsages {

    private final Map<String, MailboxUsage> uses = new ConcurrentHashMap<>();

    MailboxUsage of(SandboxMailbox account) {
        return uses.computeIfAbsent(account.key(), _ -> new MailboxUsage());
    }
}
