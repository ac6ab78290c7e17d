package org.o365relay.admit;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.o365relay.mail.DeviceDay;

/// The latest counts of a device for each day of the week, and which of them have not been written to disk yet.
/// A day replaces that of the week before, so that nothing has to be deleted, whatever the clock shows. Not
/// thread-safe.
final class DailyCounts {

    private final Map<DayOfWeek, DeviceDay> days = new EnumMap<>(DayOfWeek.class);
    private final Set<DayOfWeek> dirty = EnumSet.noneOf(DayOfWeek.class);
    private final Set<DayOfWeek> inFlight = EnumSet.noneOf(DayOfWeek.class);

    void add(DeviceDay counts) {
        DayOfWeek weekday = counts.day().getDayOfWeek();
        days.merge(weekday, counts, (old, more) -> old.day().equals(more.day()) ? old.plus(more) : more);
        dirty.add(weekday);
    }

    /// Subtracts an accepted message from the day on which it was counted, unless another day has replaced it.
    void rollBack(LocalDate day) {
        DeviceDay counted = days.get(day.getDayOfWeek());
        if (counted != null && counted.day().equals(day)) {
            add(new DeviceDay(day, -1, 0, 0, 0));
        }
    }

    void restore(Collection<DeviceDay> stored) {
        stored.forEach(day -> days.put(day.day().getDayOfWeek(), day));
    }

    /// @return days with changes that [#written] has not confirmed yet
    List<DeviceDay> dirty() {
        inFlight.addAll(dirty);
        dirty.clear();
        return days.entrySet().stream()
                .filter(day -> inFlight.contains(day.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    void written() {
        inFlight.clear();
    }

    List<DeviceDay> all() {
        return List.copyOf(days.values());
    }
}
