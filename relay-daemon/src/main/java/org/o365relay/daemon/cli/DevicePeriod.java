package org.o365relay.daemon.cli;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DeviceDay;
import org.o365relay.mail.DeviceRecord;

/// A period for which the counts of devices are shown.
///
/// @param first first day, in the time zone of the relay
/// @param last last day
/// @param accepted number of messages accepted from all devices
record DevicePeriod(LocalDate first, LocalDate last, long accepted) {

    private static final int DAYS = 7;

    /// @param devices all devices
    static DevicePeriod today(List<DeviceRecord> devices, LocalDate today) {
        return of(devices, today, today);
    }

    /// @param devices all devices
    /// @return the last seven days, including today
    static DevicePeriod week(List<DeviceRecord> devices, LocalDate today) {
        return of(devices, today.minusDays(DAYS - 1), today);
    }

    private static DevicePeriod of(List<DeviceRecord> devices, LocalDate first, LocalDate last) {
        long accepted = devices.stream()
                .mapToLong(device -> device.between(first, last).accepted())
                .sum();
        return new DevicePeriod(first, last, accepted);
    }

    DeviceDay counts(DeviceRecord device) {
        return device.between(first, last);
    }

    /// @return the device's share of the messages accepted from all devices, in percent with one decimal;
    ///     null if there were none
    @Nullable
    Double share(DeviceRecord device) {
        return accepted <= 0 ? null : Math.round(counts(device).accepted() * 1000.0 / accepted) / 10.0;
    }
}
