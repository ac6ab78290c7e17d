package org.o365relay.admit;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.o365relay.mail.FailingRecipient;

/// The recipients for which messages of a device most recently failed, at most [#MAX]. A recipient counts as
/// failing from its first failure until no message to it has failed for [FailingRecipient#RETENTION]. Not
/// thread-safe.
final class FailingRecipients {

    static final int MAX = 5;

    private final Map<String, FailingRecipient> recipients = new LinkedHashMap<>();

    void restore(Collection<FailingRecipient> stored) {
        stored.stream()
                .sorted(Comparator.comparing(FailingRecipient::lastFailedAt))
                .forEach(recipient -> recipients.put(recipient.address(), recipient));
    }

    /// Counts a failed message.
    ///
    /// @param wasCountedAsDelivered whether the message was counted as delivered before, because the upstream
    ///     had accepted it
    void failed(String address, String reason, boolean wasCountedAsDelivered, Instant now) {
        FailingRecipient known = recipients.remove(address);
        if (known == null || known.isOver(now)) {
            known = new FailingRecipient(address, 0, 0, reason, now, now);
        }
        long failed = known.failed() + 1;
        long total = Math.max(failed, known.total() + (wasCountedAsDelivered ? 0 : 1));
        recipients.put(address, new FailingRecipient(address, failed, total, reason, known.since(), now));
        if (recipients.size() > MAX) {
            recipients.remove(recipients.keySet().iterator().next());
        }
    }

    void delivered(String address, Instant now) {
        recipients.computeIfPresent(
                address,
                (_, known) -> known.isOver(now)
                        ? null
                        : new FailingRecipient(
                                address,
                                known.failed(),
                                known.total() + 1,
                                known.reason(),
                                known.since(),
                                known.lastFailedAt()));
    }

    List<FailingRecipient> all() {
        return List.copyOf(recipients.values());
    }
}
