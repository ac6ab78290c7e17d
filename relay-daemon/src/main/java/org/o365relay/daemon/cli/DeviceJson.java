package org.o365relay.daemon.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.mail.DeviceDay;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.FailingRecipient;

/// A device as JSON. Members may be added, but must not be renamed.
///
/// @param recipientsLastDay recipients in the last 24 hours
/// @param recipientsPerDay recipients allowed in 24 hours; null if unlimited or the device is not trusted
/// @param sevenDays counts of the last seven days, including today
/// @param failing recipients to whom delivery failed in the last seven days, most failures first
/// @param deviations number of occurrences of each kind of protocol deviation
record DeviceJson(
        String address,
        String name,
        String helo,
        Instant firstSeenAt,
        Instant lastSeenAt,
        long messages,
        long size,
        long rejected,
        long recipientsLastDay,
        @Nullable Integer recipientsPerDay,
        Counts today,
        Counts sevenDays,
        List<FailingRecipient> failing,
        Map<String, Long> deviations) {

    /// @param accepted number of messages
    /// @param delivered number of recipients
    /// @param failed number of recipients
    /// @param rejected number of commands, messages and connections
    /// @param share share of the messages accepted from all devices, in percent; null if there were none
    record Counts(
            long accepted,
            long delivered,
            long failed,
            long rejected,
            @Nullable Double share) {

        private static Counts of(DeviceRecord device, DevicePeriod period) {
            DeviceDay counts = period.counts(device);
            return new Counts(
                    counts.accepted(), counts.delivered(), counts.failed(), counts.rejected(), period.share(device));
        }
    }

    /// @param now end of the 24 hours in which recipients are counted
    /// @return an array with one line per device
    static String toJson(List<DeviceEntry> entries, DevicePeriod today, DevicePeriod week, Instant now) {
        return ControlJson.lines(entries.stream()
                .map(entry -> DeviceJson.of(entry, today, week, now))
                .toList());
    }

    private static DeviceJson of(DeviceEntry entry, DevicePeriod today, DevicePeriod week, Instant now) {
        DeviceRecord device = entry.device();
        Map<String, Long> deviations = new LinkedHashMap<>();
        new TreeMap<>(device.deviations()).forEach((deviation, times) -> deviations.put(deviation.key(), times));
        return new DeviceJson(
                device.address().getHostAddress(),
                entry.name(),
                device.helo(),
                device.firstSeen(),
                device.lastSeen(),
                device.messages(),
                device.octets(),
                device.rejections(),
                device.recipientsInLastDay(now),
                entry.recipientsPerDay(),
                Counts.of(device, today),
                Counts.of(device, week),
                device.failing(now),
                deviations);
    }
}
