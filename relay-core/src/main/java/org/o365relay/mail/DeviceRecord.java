package org.o365relay.mail;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What is remembered of one client address.
///
/// @param helo the name it gave last; empty if it never did
/// @param messages accepted
/// @param octets of accepted messages
/// @param refusals commands, messages and connections that were turned away
/// @param deviations how often each was seen; only those that were
/// @param usage recipients of the last 24 hours by slot, in any order; slots without any may be missing
public record DeviceRecord(
        InetAddress address,
        String helo,
        Instant firstSeen,
        Instant lastSeen,
        long messages,
        long octets,
        long refusals,
        Map<Deviation, Long> deviations,
        List<UsageSlot> usage) {

    public DeviceRecord {
        deviations = Map.copyOf(deviations);
        usage = List.copyOf(usage);
    }

    /// @return recipients that count against the budget of 24 hours
    public long recipientsInLastDay(Instant now) {
        Instant oldest = now.minus(UsageSlot.RETENTION);
        return usage.stream()
                .filter(spent -> spent.since().isAfter(oldest))
                .mapToLong(UsageSlot::recipients)
                .sum();
    }
}
