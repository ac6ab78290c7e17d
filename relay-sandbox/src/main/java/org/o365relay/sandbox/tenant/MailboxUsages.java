package org.o365relay.sandbox.tenant;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.o365relay.sandbox.settings.SandboxMailbox;

/// The recent usage of each mailbox.
public final class MailboxUsages {

    private final Map<String, MailboxUsage> usages = new ConcurrentHashMap<>();

    public MailboxUsage of(SandboxMailbox mailbox) {
        return usages.computeIfAbsent(mailbox.key(), _ -> new MailboxUsage());
    }
}
