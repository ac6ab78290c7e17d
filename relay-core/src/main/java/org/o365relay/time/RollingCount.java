package org.o365relay.time;

import java.util.ArrayList;
import java.util.List;

/// Counts events in a ring of time slots. Not thread-safe. Times are milliseconds since 1970.
///
/// A window of n slots that must never count less than its length needs n + 1 slots, because it begins within a
/// slot: an event then counts for the window and up to one slot more.
public final class RollingCount {

    private final long slotMillis;
    private final int[] counts; // indexed by slot number modulo length
    private long newest;

    /// The events in one slot.
    ///
    /// @param number start of the slot, divided by the length of a slot
    public record Slot(long number, int count) {}

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

    /// Moves the current slot to the slot of this time.
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

    /// Moves the current slot to the slot of this time. Counts of future slots are added to it if the clock was set
    /// back: no event is lost, and none counts for longer than one window after the change.
    ///
    /// @return as in [#moveTo]
    public List<Slot> carryTo(long now) {
        List<Slot> future = moveTo(now);
        future.forEach(emptied -> add(emptied.count()));
        return future;
    }

    /// Adds to the current slot.
    public void add(int events) {
        add(newest, events);
    }

    /// Adds to a slot. Events of an expired slot are ignored; those of a future slot are added to the current
    /// slot.
    public void add(long slot, int events) {
        if (slot > newest - counts.length) {
            int index = index(Math.min(slot, newest));
            counts[index] = Math.clamp((long) counts[index] + events, 0, Integer.MAX_VALUE);
        }
    }

    /// @return count of the slot; 0 if it is not kept
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

    /// @param slots 1 to the number of slots kept
    /// @return count of the newest slots
    public long sum(int slots) {
        long sum = 0;
        for (long slot = newest - slots + 1; slot <= newest; slot++) {
            sum += counts[index(slot)];
        }
        return sum;
    }

    /// @param slots length of the window
    /// @param fewerThan threshold
    /// @return when the sum falls below the threshold; at the latest when the current slot has left the window
    public long timeBelow(int slots, long fewerThan) {
        long sum = sum(slots);
        long slot = newest - slots;
        while (sum >= fewerThan && slot < newest) {
            slot++;
            sum -= counts[index(slot)];
        }
        return (slot + slots) * slotMillis;
    }

    private int index(long slot) {
        return Math.floorMod(slot, counts.length);
    }
}
