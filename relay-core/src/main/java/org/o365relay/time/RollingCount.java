package org.o365relay.time;

import java.util.ArrayList;
import java.util.List;

/// Counts events in a ring of time slots. Not thread-safe. Times are milliseconds since 1970.
///
/// The current slot is incomplete, so a window of n slots covers less time than n slot lengths. To count every
/// event for at least n slot lengths, use a window of n + 1 slots; each event then counts for between n and n +
/// 1 slot lengths.
public final class RollingCount {

    private final long slotMillis;
    private final int[] counts; // indexed by slot number modulo length
    private long newest;

    /// The events in one slot.
    ///
    /// @param number start time of the slot divided by the length of a slot
    public record Slot(long number, int count) {}

    /// @param slotMillis length of a slot in milliseconds
    /// @param slots number of slots kept
    public RollingCount(long slotMillis, int slots, long now) {
        this.slotMillis = slotMillis;
        this.counts = new int[slots];
        this.newest = now / slotMillis;
    }

    /// @return number of the current slot
    public long newest() {
        return newest;
    }

    /// Makes the slot that contains this time the current slot.
    ///
    /// @return the future slots that were emptied because the clock was set back, oldest first; usually none
    public List<Slot> moveTo(long now) {
        long slot = now / slotMillis;
        List<Slot> future = slot < newest ? slots(slot + 1) : List.of();
        future.forEach(emptied -> counts[index(emptied.number())] = 0);
        for (long passed = Math.max(newest, slot - counts.length) + 1; passed <= slot; passed++) {
            counts[index(passed)] = 0;
        }
        newest = slot;
        return future;
    }

    /// Makes the slot that contains this time the current slot. If the clock was set back, the counts of future
    /// slots are added to the current slot, so that no event is lost and none counts for longer than one window
    /// after the change.
    ///
    /// @return the future slots whose counts were added, oldest first; usually none
    public List<Slot> moveToKeepingCounts(long now) {
        List<Slot> future = moveTo(now);
        future.forEach(emptied -> add(emptied.count()));
        return future;
    }

    /// Adds events to the current slot.
    public void add(int events) {
        add(newest, events);
    }

    /// Adds events to a slot. Events of an expired slot are ignored; those of a future slot are added to the
    /// current slot.
    public void add(long slot, int events) {
        if (slot > newest - counts.length) {
            int index = index(Math.min(slot, newest));
            counts[index] = Math.clamp((long) counts[index] + events, 0, Integer.MAX_VALUE);
        }
    }

    /// @return number of events in the slot; 0 if the slot is not kept
    public int count(long slot) {
        return slot > newest || slot <= newest - counts.length ? 0 : counts[index(slot)];
    }

    /// @return the slots that have events, oldest first
    public List<Slot> slots() {
        return slots(newest - counts.length + 1);
    }

    private List<Slot> slots(long first) {
        List<Slot> slots = new ArrayList<>();
        for (long slot = Math.max(first, newest - counts.length + 1); slot <= newest; slot++) {
            if (count(slot) > 0) {
                slots.add(new Slot(slot, count(slot)));
            }
        }
        return slots;
    }

    /// @param slots number of slots, from 1 to the number of slots kept
    /// @return total number of events in the newest `slots` slots
    public long sum(int slots) {
        long sum = 0;
        for (long slot = newest - slots + 1; slot <= newest; slot++) {
            sum += counts[index(slot)];
        }
        return sum;
    }

    /// @param slots number of slots in the window
    /// @param threshold the threshold that the sum must fall below
    /// @return time at which the sum of the window falls below the threshold if no further event is added; at
    ///     the latest, the time at which the current slot leaves the window; the start of the current slot if
    ///     the sum is already below the threshold
    public long timeBelow(int slots, long threshold) {
        long sum = sum(slots);
        long slot = newest - slots;
        while (sum >= threshold && slot < newest) {
            slot++;
            sum -= counts[index(slot)];
        }
        return (slot + slots) * slotMillis;
    }

    private int index(long slot) {
        return Math.floorMod(slot, counts.length);
    }
}
