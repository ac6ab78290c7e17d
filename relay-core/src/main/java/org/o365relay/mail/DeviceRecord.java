package org.o365relay.mail;

import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Comparator;
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
/// @param days counts of the last seven days on which the device was counted, in any order, at most one for
///     each day of the week
/// @param failing recipients to whom its messages failed most recently; the last failure of some may be long
///     ago
public record DeviceRecord(
        InetAddress address,
        String helo,
        Instant firstSeen,
        Instant lastSeen,
        long messages,
        long octets,
        long rejections,
        Map<Deviation, Long> deviations,
        List<UsageSlot> usage,
        List<DeviceDay> days,
        List<FailingRecipient> failing) {

    public DeviceRecord {
        deviations = Map.copyOf(deviations);
        usage = List.copyOf(usage);
        days = List.copyOf(days);
        failing = List.copyOf(failing);
    }

    /// @return a copy with this usage
    public DeviceRecord withUsage(List<UsageSlot> slots) {
        return new DeviceRecord(
                address, helo, firstSeen, lastSeen, messages, octets, rejections, deviations, slots, days, failing);
    }

    /// @return a copy with these counts and failing recipients
    public DeviceRecord with(List<DeviceDay> counts, List<FailingRecipient> recipients) {
        return new DeviceRecord(
                address,
                helo,
                firstSeen,
                lastSeen,
                messages,
                octets,
                rejections,
                deviations,
                usage,
                counts,
                recipients);
    }

    /// @param first first day
    /// @param last last day
    /// @return sum of the counts of these days
    public DeviceDay between(LocalDate first, LocalDate last) {
        return days.stream()
                .filter(counts -> !counts.day().isBefore(first) && !counts.day().isAfter(last))
                .reduce(new DeviceDay(last, 0, 0, 0, 0), DeviceDay::plus);
    }

    /// @return recipients to whom messages failed in the last seven days, most failures first
    public List<FailingRecipient> failing(Instant now) {
        return failing.stream()
                .filter(recipient -> !recipient.isOver(now))
                .sorted(Comparator.comparingLong(FailingRecipient::failed).reversed())
                .toList();
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
