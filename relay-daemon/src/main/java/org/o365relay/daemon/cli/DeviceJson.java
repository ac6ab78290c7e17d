package org.o365relay.daemon.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.control.ControlJson;
import org.o365relay.mail.DeviceRecord;

/// A device as JSON. Members may be added, but must not be renamed.
///
/// @param recipientsLastDay recipients in the last 24 hours
/// @param recipientsPerDay recipients allowed in 24 hours; null if unlimited or the device is not trusted
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
        Map<String, Long> deviations) {

    /// @param now end of the 24 hours in which recipients are counted
    /// @return an array with one line per device
    static String text(List<DeviceEntry> entries, Instant now) {
        return ControlJson.lines(
                entries.stream().map(entry -> DeviceJson.of(entry, now)).toList());
    }

    private static DeviceJson of(DeviceEntry entry, Instant now) {
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
                deviations);
    }
}
