package org.o365relay.daemon.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.report.JsonText;
import org.o365relay.mail.DeviceRecord;

/// Devices as JSON: an array with one line per device. Members are added, never renamed.
///
/// @param now end of the 24 hours in which recipients are counted
record DeviceJson(Instant now) {

    String text(List<DeviceEntry> entries) {
        return JsonText.array(entries.stream().map(this::members).toList());
    }

    private Map<String, @Nullable Object> members(DeviceEntry entry) {
        DeviceRecord device = entry.device();
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("address", device.address().getHostAddress());
        members.put("name", entry.name());
        members.put("helo", device.helo());
        members.put("firstSeenAt", JsonText.time(device.firstSeen()));
        members.put("lastSeenAt", JsonText.time(device.lastSeen()));
        members.put("messages", device.messages());
        members.put("size", device.octets());
        members.put("rejected", device.rejections());
        members.put("recipientsLastDay", device.recipientsInLastDay(now));
        members.put("recipientsPerDay", entry.recipientsPerDay());
        members.put("deviations", deviations(device));
        return members;
    }

    private static Map<String, Long> deviations(DeviceRecord device) {
        Map<String, Long> deviations = new LinkedHashMap<>();
        new TreeMap<>(device.deviations()).forEach((deviation, times) -> deviations.put(deviation.key(), times));
        return deviations;
    }
}
