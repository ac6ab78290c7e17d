package org.o365relay.queue.jdbc;

import java.net.InetAddress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.DeviceChange;
import org.o365relay.mail.DeviceChange.Removed;
import org.o365relay.mail.DeviceChange.Updated;
import org.o365relay.mail.DeviceChange.UsageUpdated;
import org.o365relay.mail.DeviceDay;
import org.o365relay.mail.DeviceRecord;
import org.o365relay.mail.FailingRecipient;
import org.o365relay.mail.UsageSlot;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads and writes the tables for devices. Each method runs in the caller's transaction.
public final class DeviceTables {

    private static final Logger log = LoggerFactory.getLogger(DeviceTables.class);

    private DeviceTables() {}

    static void write(Statements statements, DeviceChange change) throws SQLException {
        switch (change) {
            case Updated(DeviceRecord device) -> writeDevice(statements, device);
            case UsageUpdated(InetAddress address, List<UsageSlot> usage) ->
                writeUsage(statements, address.getHostAddress(), usage);
            case Removed(InetAddress address) -> delete(statements, address.getHostAddress());
        }
    }

    /// @return all devices except those whose rows are damaged
    public static List<DeviceRecord> all(Statements statements) throws SQLException {
        Map<String, Map<Deviation, Long>> deviations = deviations(statements);
        Map<String, List<UsageSlot>> usage = usage(statements);
        Map<String, List<DeviceDay>> days = days(statements);
        Map<String, List<FailingRecipient>> failing = failing(statements);
        return statements
                .list(
                        "devices",
                        row -> device(row, deviations, usage)
                                .map(device -> device.with(
                                        days.getOrDefault(address(device), List.of()),
                                        failing.getOrDefault(address(device), List.of()))))
                .stream()
                .flatMap(Optional::stream)
                .toList();
    }

    /// Deletes usage slots that are expired, or that are in the future by more than the retention time
    /// because the stored reading of the clock was lost, or because an older relay wrote them while the
    /// system clock was ahead.
    ///
    /// @return the number of slots deleted
    static int deleteOldUsage(Statements statements, Instant now) throws SQLException {
        return statements.update(
                "delete-old-device-usage",
                now.minus(UsageSlot.RETENTION).toEpochMilli(),
                now.plus(UsageSlot.RETENTION).toEpochMilli());
    }

    private static void writeDevice(Statements statements, DeviceRecord device) throws SQLException {
        String address = device.address().getHostAddress();
        statements.update(
                "write-device",
                address,
                device.helo(),
                device.firstSeen().toEpochMilli(),
                device.lastSeen().toEpochMilli(),
                device.messages(),
                device.octets(),
                device.rejections());
        for (Map.Entry<Deviation, Long> deviation : device.deviations().entrySet()) {
            statements.update("write-deviation", address, deviation.getKey().key(), deviation.getValue());
        }
        writeUsage(statements, address, device.usage());
        for (DeviceDay day : device.days()) {
            statements.update(
                    "write-device-day",
                    address,
                    day.day().getDayOfWeek().getValue(),
                    day.day().toEpochDay(),
                    day.accepted(),
                    day.delivered(),
                    day.failed(),
                    day.rejected());
        }
        writeFailing(statements, address, device.failing());
    }

    private static void writeFailing(Statements statements, String address, List<FailingRecipient> failing)
            throws SQLException {
        statements.update("delete-failing-recipients", address);
        for (FailingRecipient recipient : failing) {
            statements.update(
                    "insert-failing-recipient",
                    address,
                    recipient.address(),
                    recipient.failed(),
                    recipient.total(),
                    recipient.reason(),
                    recipient.since().toEpochMilli(),
                    recipient.lastFailedAt().toEpochMilli());
        }
    }

    private static void writeUsage(Statements statements, String address, List<UsageSlot> usage) throws SQLException {
        for (UsageSlot slot : usage) {
            statements.update("write-device-usage", address, slot.start().toEpochMilli(), slot.recipients());
        }
    }

    private static void delete(Statements statements, String address) throws SQLException {
        statements.update("delete-failing-recipients", address);
        statements.update("delete-device-days", address);
        statements.update("delete-device-usage", address);
        statements.update("delete-deviations", address);
        statements.update("delete-device", address);
    }

    private static Map<String, Map<Deviation, Long>> deviations(Statements statements) throws SQLException {
        Map<String, Map<Deviation, Long>> all = new HashMap<>();
        try (ResultSet row = statements.with("deviations").executeQuery()) {
            while (row.next()) {
                String name = row.getString("name");
                Optional<Deviation> deviation = Deviation.of(name);
                if (deviation.isPresent()) {
                    all.computeIfAbsent(row.getString("address"), _ -> new EnumMap<>(Deviation.class))
                            .put(deviation.get(), row.getLong("count"));
                } else {
                    log.warn(
                            "unknown deviation {} of device {} in the queue is ignored; a newer relay may have written"
                                    + " it",
                            name,
                            row.getString("address"));
                }
            }
        }
        return all;
    }

    private static Map<String, List<UsageSlot>> usage(Statements statements) throws SQLException {
        Map<String, List<UsageSlot>> all = new HashMap<>();
        try (ResultSet row = statements.with("device-usage").executeQuery()) {
            while (row.next()) {
                all.computeIfAbsent(row.getString("address"), _ -> new ArrayList<>())
                        .add(new UsageSlot(Instant.ofEpochMilli(row.getLong("since")), row.getInt("recipients")));
            }
        }
        return all;
    }

    private static Map<String, List<DeviceDay>> days(Statements statements) throws SQLException {
        Map<String, List<DeviceDay>> all = new HashMap<>();
        try (ResultSet row = statements.with("device-days").executeQuery()) {
            while (row.next()) {
                LocalDate day = LocalDate.EPOCH.plusDays(row.getInt("day"));
                all.computeIfAbsent(row.getString("address"), _ -> new ArrayList<>())
                        .add(new DeviceDay(
                                day,
                                row.getLong("accepted"),
                                row.getLong("delivered"),
                                row.getLong("failed"),
                                row.getLong("rejected")));
            }
        }
        return all;
    }

    private static Map<String, List<FailingRecipient>> failing(Statements statements) throws SQLException {
        Map<String, List<FailingRecipient>> all = new HashMap<>();
        try (ResultSet row = statements.with("failing-recipients").executeQuery()) {
            while (row.next()) {
                all.computeIfAbsent(row.getString("address"), _ -> new ArrayList<>())
                        .add(new FailingRecipient(
                                row.getString("recipient"),
                                row.getLong("failed"),
                                row.getLong("total"),
                                row.getString("reason"),
                                Instant.ofEpochMilli(row.getLong("since")),
                                Instant.ofEpochMilli(row.getLong("last_failed_at"))));
            }
        }
        return all;
    }

    private static String address(DeviceRecord device) {
        return device.address().getHostAddress();
    }

    private static Optional<DeviceRecord> device(
            ResultSet row, Map<String, Map<Deviation, Long>> deviations, Map<String, List<UsageSlot>> usage)
            throws SQLException {
        String address = row.getString("address");
        try {
            return Optional.of(new DeviceRecord(
                    InetAddress.ofLiteral(address),
                    row.getString("helo"),
                    Instant.ofEpochMilli(row.getLong("first_seen")),
                    Instant.ofEpochMilli(row.getLong("last_seen")),
                    row.getLong("messages"),
                    row.getLong("octets"),
                    row.getLong("rejections"),
                    deviations.getOrDefault(address, Map.of()),
                    usage.getOrDefault(address, List.of()),
                    List.of(),
                    List.of()));
        } catch (IllegalArgumentException damaged) {
            log.error(
                    "device {} is damaged in the queue and is left out; its counters restart from zero: {}",
                    address,
                    damaged.getMessage());
            return Optional.empty();
        }
    }
}
