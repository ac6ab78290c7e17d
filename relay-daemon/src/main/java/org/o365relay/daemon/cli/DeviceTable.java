package org.o365relay.daemon.cli;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.o365relay.daemon.report.Amounts;
import org.o365relay.daemon.report.Layout;
import org.o365relay.daemon.report.ReasonTexts;
import org.o365relay.daemon.report.Table;
import org.o365relay.daemon.report.TerminalText;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceDay;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.FailingRecipient;

/// Formats devices as a table for terminals 80 characters wide, with two rows for each device. The lines below
/// them describe the device, and what is wrong with it.
record DeviceTable(Layout layout, ReasonTexts reasons) {

    private static final int MAX_NAME_WIDTH = 24;

    /// @param today period of the first row of each device
    /// @param week period of the second row
    /// @return the lines, without line endings
    List<String> lines(List<DeviceEntry> entries, DevicePeriod today, DevicePeriod week) {
        Table table = Table.of("DEVICE", "", ">ACCEPTED", ">DELIVERED", ">FAILED", ">REJECTED", ">SHARE");
        for (DeviceEntry entry : entries) {
            DeviceRecord device = entry.device();
            table.row(cells(address(device), "today", device, today), List.of());
            table.row(cells("", "7 days", device, week), below(entry));
        }
        return table.lines(Layout.UNLIMITED);
    }

    private static List<String> cells(String address, String name, DeviceRecord device, DevicePeriod period) {
        DeviceDay counts = period.counts(device);
        return List.of(
                address,
                name,
                Long.toString(counts.accepted()),
                Long.toString(counts.delivered()),
                Long.toString(counts.failed()),
                Long.toString(counts.rejected()),
                share(device, period));
    }

    private static String share(DeviceRecord device, DevicePeriod period) {
        Double share = period.share(device);
        if (share == null) {
            return "-";
        }
        boolean isTiny = Math.round(share) == 0 && period.counts(device).accepted() > 0;
        return isTiny ? "<1%" : Math.round(share) + "%";
    }

    private static String address(DeviceRecord device) {
        return TerminalText.truncate(device.address().getHostAddress(), MAX_NAME_WIDTH);
    }

    private List<String> below(DeviceEntry entry) {
        DeviceRecord device = entry.device();
        List<String> lines = new ArrayList<>();
        add(lines, description(entry));
        add(lines, total(entry));
        device.failing(layout.times().now()).forEach(recipient -> add(lines, failing(recipient)));
        device.deviations().entrySet().stream()
                .sorted(Map.Entry.<Deviation, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .forEach(seen -> add(lines, seen.getKey().description() + " (" + times(seen.getValue()) + ")"));
        return lines;
    }

    private void add(List<String> lines, String text) {
        lines.addAll(layout.labelled(1, 2, "", TerminalText.text(text)));
    }

    private String description(DeviceEntry entry) {
        DeviceRecord device = entry.device();
        String address = device.address().getHostAddress();
        LocalDate first = LocalDate.ofInstant(device.firstSeen(), layout.times().zone());
        return String.join(
                "; ",
                Stream.of(
                                address.equals(address(device)) ? "" : address,
                                shortened(entry.name()),
                                device.helo().isBlank() ? "" : "HELO " + shortened(device.helo()),
                                "last seen " + layout.times().of(device.lastSeen()),
                                "first seen " + first)
                        .filter(part -> !part.isBlank())
                        .toList());
    }

    /// Truncates long names, because a client can send a long HELO name.
    private static String shortened(String name) {
        return TerminalText.truncate(TerminalText.text(name), MAX_NAME_WIDTH);
    }

    private String total(DeviceEntry entry) {
        DeviceRecord device = entry.device();
        long recipients = device.recipientsInLastDay(layout.times().now());
        String limit = entry.recipientsPerDay() == null ? "" : " of " + entry.recipientsPerDay();
        return "total: " + Amounts.of(device.messages(), "message") + ", " + Amounts.octets(device.octets()) + ", "
                + Amounts.count(device.rejections()) + " rejected; recipients in 24 h: " + recipients + limit;
    }

    private String failing(FailingRecipient recipient) {
        String cause = reasons.of(recipient.reason(), "").cause();
        return recipient.failed() + " of " + recipient.total() + " to " + recipient.address() + " have failed since "
                + layout.times().of(recipient.since())
                + (cause.isEmpty() ? "" : ": " + cause);
    }

    private static String times(long count) {
        return count == 1 ? "once" : count + " times";
    }
}
