package org.o365relay.admit;

import java.util.ArrayList;
import java.util.List;

/// Counts events in a ring of time slots. Not thread-safe.
///
/// For a window of n slots, sum n + 1 slots, because the window begins within a slot: an event counts for the
/// window and up to one slot more, never less.
///
/// When the clock is set back, the counts of future slots are added to the current slot: no event is lost, and
/// none counts for longer than one window after the change.
final class RollingCount {

    private final long slotMillis;
    private final int[] counts; // indexed by slot number modulo length
    private long newest;

    /// @param slots number of slots kept
    /// @param now milliseconds since 1970
    RollingCount(long slotMillis, int slots, long now) {
        this.slotMillis = slotMillis;
        this.counts = new int[slots];
        this.newest = now / slotMillis;
    }

    /// @return number of the current slot
    long newest() {
        return newest;
    }

    /// Moves the current slot to the slot of this time.
    ///
    /// @return future slots that were emptied because the clock was set back; usually none
    List<Long> moveTo(long now) {
        long slot = now / slotMillis;
        if (slot == newest) {
            return List.of();
        }
        if (slot < newest) {
            return moveBackTo(slot);
        }
        for (long passed = Math.max(newest, slot - counts.length) + 1; passed <= slot; passed++) {
            counts[index(passed)] = 0;
        }
        newest = slot;
        return List.of();
    }

    /// Adds to the current slot.
    void add(int events) {
        add(newest, events);
    }

    /// Adds to a slot. Events of an expired slot are ignored; those of a future slot are added to the current
    /// slot.
    void add(long slot, int events) {
        if (slot > newest - counts.length) {
            int index = index(Math.min(slot, newest));
            counts[index] = Math.clamp((long) counts[index] + events, 0, Integer.MAX_VALUE);
        }
    }

    /// @return count of the slot; 0 if it is not kept
    int count(long slot) {
        return slot > newest || slot <= newest - counts.length ? 0 : counts[index(slot)];
    }

    /// @param slots 1 to the number of slots kept
    /// @return count of the newest slots
    long sum(int slots) {
        long sum = 0;
        for (long slot = newest - slots + 1; slot <= newest; slot++) {
            sum += counts[index(slot)];
        }
        return sum;
    }

    /// @param slots length of the window
    /// @param fewerThan threshold
    /// @return when the sum falls below the threshold, in milliseconds since 1970; at the latest when the
    ///     current slot has left the window
    long timeBelow(int slots, long fewerThan) {
        long sum = sum(slots);
        long slot = newest - slots;
        while (sum >= fewerThan && slot < newest) {
            slot++;
            sum -= counts[index(slot)];
        }
        return (slot + slots) * slotMillis;
    }

    private List<Long> moveBackTo(long slot) {
        List<Long> emptied = new ArrayList<>();
        long moved = 0;
        for (long future = Math.max(slot, newest - counts.length) + 1; future <= newest; future++) {
            int index = index(future);
            if (counts[index] > 0) {
                moved += counts[index];
                counts[index] = 0;
                emptied.add(future);
            }
        }
        newest = slot;
        add((int) Math.min(moved, Integer.MAX_VALUE));
        return emptied;
    }

    private int index(long slot) {
        return Math.floorMod(slot, counts.length);
    }
}
