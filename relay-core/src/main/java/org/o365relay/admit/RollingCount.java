package org.o365relay.admit;

import java.util.ArrayList;
import java.util.List;

/// Counts in slots of time, the newest so many of them. Not thread-safe.
///
/// A window of n slots is asked for as n + 1, because it begins within a slot: what is counted counts for the
/// window and up to a slot more, never for less.
///
/// When the clock is set back, what was counted in a future that did not come counts as of now, so that nothing
/// is forgotten, and nothing counts for longer than a window from then.
final class RollingCount {

    private final long slotMillis;
    private final int[] counts; // of a slot at its number modulo their number
    private long newest;

    /// @param slots how many are kept
    /// @param now milliseconds since 1970
    RollingCount(long slotMillis, int slots, long now) {
        this.slotMillis = slotMillis;
        this.counts = new int[slots];
        this.newest = now / slotMillis;
    }

    /// @return the number of the slot that is now
    long newest() {
        return newest;
    }

    /// Moves on to now, or back.
    ///
    /// @return slots that were in the future and are empty now; usually none
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

    /// Counts now.
    void add(int many) {
        add(newest, many);
    }

    /// Counts in an earlier slot; in one that is too old, not at all, and in a future one now.
    void add(long slot, int many) {
        if (slot > newest - counts.length) {
            int index = index(Math.min(slot, newest));
            counts[index] = Math.clamp((long) counts[index] + many, 0, Integer.MAX_VALUE);
        }
    }

    /// @return how many in the slot; 0 if it is not kept
    int count(long slot) {
        return slot > newest || slot <= newest - counts.length ? 0 : counts[index(slot)];
    }

    /// @param slots 1 to as many as are kept
    /// @return how many in the newest slots
    long sum(int slots) {
        long sum = 0;
        for (long slot = newest - slots + 1; slot <= newest; slot++) {
            sum += counts[index(slot)];
        }
        return sum;
    }

    /// @param slots the window
    /// @param fewerThan what the count must be
    /// @return when it will be, in milliseconds since 1970; at the latest, when the newest slot has left the
    ///     window
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
