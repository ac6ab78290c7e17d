package org.o365relay.daemon.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.o365relay.daemon.report.Amounts;
import org.o365relay.daemon.report.Layout;
import org.o365relay.daemon.report.Table;
import org.o365relay.daemon.report.TerminalText;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceRecord;

/// Formats devices as a table. The protocol deviations of a device are listed below its row.
///
/// @param now end of the 24 hours in which recipients are counted
/// @param zone time zone of the times shown
record DeviceTable(Instant now, ZoneId zone) {

    private static final int MAX_NAME_WIDTH = 24;
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm", Locale.ROOT);

    /// @return the lines, without line endings
    List<String> lines(List<DeviceEntry> entries) {
        Table table = Table.of(
                "ADDRESS",
                "NAME",
                "HELO",
                "FIRST SEEN",
                "LAST SEEN",
                ">MESSAGES",
                ">SIZE",
                ">REJECTED",
                ">RECIPIENTS IN 24 H");
        entries.forEach(entry -> table.row(cells(entry), deviations(entry.device())));
        return table.lines(Layout.UNLIMITED);
    }

    private List<String> cells(DeviceEntry entry) {
        DeviceRecord device = entry.device();
        long recipients = device.recipientsInLastDay(now);
        return List.of(
                device.address().getHostAddress(),
                cell(entry.name()),
                cell(device.helo()),
                TIME.format(device.firstSeen().atZone(zone)),
                TIME.format(device.lastSeen().atZone(zone)),
                Long.toString(device.messages()),
                Amounts.octets(device.octets()),
                Long.toString(device.rejections()),
                entry.recipientsPerDay() == null
                        ? Long.toString(recipients)
                        : recipients + " of " + entry.recipientsPerDay());
    }

    private static List<String> deviations(DeviceRecord device) {
        return device.deviations().entrySet().stream()
                .sorted(Map.Entry.<Deviation, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .map(seen -> "  " + seen.getKey().description() + " (" + times(seen.getValue()) + ")")
                .toList();
    }

    private static String times(long count) {
        return count == 1 ? "once" : count + " times";
    }

    /// Truncates long names, because a client can send a long HELO name.
    private static String cell(String text) {
        return text.isBlank() ? "-" : TerminalText.truncate(TerminalText.text(text), MAX_NAME_WIDTH);
    }
}
