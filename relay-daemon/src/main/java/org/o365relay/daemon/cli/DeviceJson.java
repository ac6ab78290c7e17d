package org.o365relay.daemon.cli;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceRecord;

/// Devices for a program: a JSON array (RFC 8259) in ASCII with a line for each. Members are only ever added.
///
/// @param now against which budgets are counted
record DeviceJson(Instant now) {

    String text(List<DeviceEntry> entries) {
        return entries.isEmpty()
                ? "[]"
                : entries.stream().map(this::object).collect(Collectors.joining(",\n  ", "[\n  ", "\n]"));
    }

    private String object(DeviceEntry entry) {
        DeviceRecord device = entry.device();
        return "{\"address\": " + quoted(device.address().getHostAddress())
                + ", \"name\": " + quoted(entry.name())
                + ", \"helo\": " + quoted(device.helo())
                + ", \"first-seen\": " + quoted(device.firstSeen().toString())
                + ", \"last-seen\": " + quoted(device.lastSeen().toString())
                + ", \"messages\": " + device.messages()
                + ", \"octets\": " + device.octets()
                + ", \"refusals\": " + device.refusals()
                + ", \"recipients-in-24-hours\": " + device.recipientsAt(now)
                + ", \"recipients-per-day\": " + entry.perDay()
                + ", \"deviations\": " + deviations(device.deviations()) + "}";
    }

    private static String deviations(Map<Deviation, Long> deviations) {
        return deviations.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(seen -> quoted(seen.getKey().key()) + ": " + seen.getValue())
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private static String quoted(String text) {
        return text.chars().mapToObj(DeviceJson::escaped).collect(Collectors.joining("", "\"", "\""));
    }

    private static String escaped(int unit) {
        boolean asItIs = unit >= 0x20 && unit < 0x7f && unit != '"' && unit != '\\';
        return asItIs ? Character.toString(unit) : "\\u%04x".formatted(unit);
    }
}
