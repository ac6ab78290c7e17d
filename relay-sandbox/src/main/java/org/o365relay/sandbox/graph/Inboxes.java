package org.o365relay.sandbox.graph;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.o365relay.sandbox.settings.SandboxMailbox;
import org.o365relay.sandbox.web.HttpBody;

/// The messages in the inbox of each mailbox.
public final class Inboxes {

    private final Map<String, List<InboxMessage>> messages = new ConcurrentHashMap<>();
    private final AtomicInteger lastNumber = new AtomicInteger();

    /// @param type value of `Content-Type`, with parameters
    record InboxMessage(String id, Instant receivedAt, String subject, String type, HttpBody content) {}

    public void put(String mailbox, Instant at, String subject, String type, byte[] content) {
        String id = "AAkALgAAAAAAHYQDEapmEc2byACqAC-" + lastNumber.incrementAndGet() + "=";
        messages.computeIfAbsent(mailbox.toLowerCase(Locale.ROOT), _ -> new CopyOnWriteArrayList<>())
                .add(new InboxMessage(id, at, subject, type, new HttpBody(content)));
    }

    /// @return the messages of the mailbox, oldest first
    List<InboxMessage> of(SandboxMailbox mailbox) {
        return messages.getOrDefault(mailbox.key(), List.of());
    }
}
