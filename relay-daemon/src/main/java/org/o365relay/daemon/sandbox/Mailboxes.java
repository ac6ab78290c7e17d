package org.o365relay.daemon.sandbox;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What each mailbox has done of late.
final class Mailboxes {

    private final Map<String, MailboxUse> uses = new ConcurrentHashMap<>();

    MailboxUse of(SandboxMailbox account) {
        return uses.computeIfAbsent(account.key(), _ -> new MailboxUse());
    }
}
