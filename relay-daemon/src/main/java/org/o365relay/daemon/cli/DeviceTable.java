package org.o365relay.daemon.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.Visible;

/// Devices for a terminal: a line for each, and below it one for each thing it does wrong.
///
/// @param now against which budgets are counted
/// @param zone for times
record DeviceTable(Instant now, ZoneId zone) {

    private static final List<String> TITLES = List.of(
            "ADDRESS", "NAME", "HELO", "FIRST SEEN", "LAST SEEN", "MESSAGES", "SIZE", "REFUSED", "RECIPIENTS IN 24 H");
    private static final int FIRST_NUMBER = TITLES.indexOf("MESSAGES");
    private static final int LONGEST_NAME = 24;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    /// @return the lines, without line ends
    List<String> lines(List<DeviceEntry> entries) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(TITLES);
        entries.forEach(entry -> rows.add(cells(entry)));
        int[] widths = widths(rows);
        List<String> lines = new ArrayList<>();
        lines.add(line(TITLES, widths));
        for (int i = 0; i < entries.size(); i++) {
            lines.add(line(rows.get(i + 1), widths));
            lines.addAll(deviations(entries.get(i).device()));
        }
        return lines;
    }

    private List<String> cells(DeviceEntry entry) {
        DeviceRecord device = entry.device();
        long recipients = device.recipientsAt(now);
        return List.of(
                device.address().getHostAddress(),
                shown(entry.name()),
                shown(device.helo()),
                TIME.format(device.firstSeen().atZone(zone)),
                TIME.format(device.lastSeen().atZone(zone)),
                Long.toString(device.messages()),
                size(device.octets()),
                Long.toString(device.refusals()),
                entry.perDay() == null ? Long.toString(recipients) : recipients + " of " + entry.perDay());
    }

    private static List<String> deviations(DeviceRecord device) {
        return device.deviations().entrySet().stream()
                .sorted(Map.Entry.<Deviation, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(seen -> "  " + seen.getKey().words() + " (" + times(seen.getValue()) + ")")
                .toList();
    }

    private static String times(long count) {
        return count == 1 ? "once" : count + " times";
    }

    private static int[] widths(List<List<String>> rows) {
        int[] widths = new int[TITLES.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    private static String line(List<String> cells, int[] widths) {
        List<String> padded = new ArrayList<>();
        for (int i = 0; i < widths.length; i++) {
            String blanks = " ".repeat(widths[i] - cells.get(i).length());
            padded.add(i < FIRST_NUMBER ? cells.get(i) + blanks : blanks + cells.get(i));
        }
        return String.join("  ", padded).stripTrailing();
    }

    /// What a client calls itself may be anything, also what a terminal would obey.
    private static String shown(String text) {
        String clean = text.codePoints()
                .map(point -> Visible.isSafe(point) ? point : '?')
                .mapToObj(Character::toString)
                .collect(Collectors.joining());
        if (clean.codePointCount(0, clean.length()) > LONGEST_NAME) {
            return clean.substring(0, clean.offsetByCodePoints(0, LONGEST_NAME - 3)) + "...";
        }
        return clean.isBlank() ? "-" : clean;
    }

    private static String size(long octets) {
        if (octets < 1_024) {
            return octets + " B";
        }
        int unit = Math.min((63 - Long.numberOfLeadingZeros(octets)) / 10, 4);
        return String.format(Locale.ROOT, "%.1f %ciB", octets / Math.pow(1_024, unit), "KMGT".charAt(unit - 1));
    }
}
