package org.o365relay.daemon.cli;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.daemon.report.JsonText;
import org.o365relay.mail.DeviceRecord;

/// Devices for a program: a JSON array with a line for each. Members are only ever added.
///
/// @param now against which budgets are counted
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
        members.put("first-seen", JsonText.time(device.firstSeen()));
        members.put("last-seen", JsonText.time(device.lastSeen()));
        members.put("messages", device.messages());
        members.put("octets", device.octets());
        members.put("refusals", device.refusals());
        members.put("recipients-in-24-hours", device.recipientsInLastDay(now));
        members.put("recipients-per-day", entry.recipientsPerDay());
        members.put("deviations", deviations(device));
        return members;
    }

    private static Map<String, Long> deviations(DeviceRecord device) {
        Map<String, Long> deviations = new LinkedHashMap<>();
        new TreeMap<>(device.deviations()).forEach((deviation, times) -> deviations.put(deviation.key(), times));
        return deviations;
    }
}
