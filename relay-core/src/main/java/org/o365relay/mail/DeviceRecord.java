package org.o365relay.mail;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// The stored record of one client address.
///
/// @param helo last HELO name; empty if there was none
/// @param messages number of accepted messages
/// @param octets total size of accepted messages
/// @param rejections number of rejected commands, messages and connections
/// @param deviations number of occurrences of each deviation; only deviations that occurred
/// @param usage number of recipients in the last 24 hours, by slot, in any order; empty slots may be missing
public record DeviceRecord(
        InetAddress address,
        String helo,
        Instant firstSeen,
        Instant lastSeen,
        long messages,
        long octets,
        long rejections,
        Map<Deviation, Long> deviations,
        List<UsageSlot> usage) {

    public DeviceRecord {
        deviations = Map.copyOf(deviations);
        usage = List.copyOf(usage);
    }

    /// @return a copy with this usage
    public DeviceRecord withUsage(List<UsageSlot> slots) {
        return new DeviceRecord(address, helo, firstSeen, lastSeen, messages, octets, rejections, deviations, slots);
    }

    /// @return number of recipients that count against `recipients-per-day`
    public long recipientsInLastDay(Instant now) {
        Instant oldest = now.minus(UsageSlot.RETENTION);
        return usage.stream()
                .filter(slot -> slot.start().isAfter(oldest))
                .mapToLong(UsageSlot::recipients)
                .sum();
    }
}
