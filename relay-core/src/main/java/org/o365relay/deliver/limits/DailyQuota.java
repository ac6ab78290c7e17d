package org.o365relay.deliver.limits;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.UsageSlot;

/// Limits the recipients an account sends to within 24 hours, counted in slots of ten minutes.
public final class DailyQuota {

    /// Time during which a recipient counts.
    static final Duration WINDOW = Duration.ofHours(24);

    private final @Nullable Integer limit;
    private final InstantSource clock;
    private final TreeMap<Instant, Integer> used = new TreeMap<>(); // by start of the slot
    private int reserved;

    /// @param limit recipients in 24 hours, 1 or more; null for no limit
    /// @param history recipients of the last 24 hours
    DailyQuota(@Nullable Integer limit, List<UsageSlot> history, InstantSource clock) {
        this.limit = limit;
        this.clock = clock;
        history.forEach(slot -> used.merge(slot.start(), slot.recipients(), Integer::sum));
    }

    /// @return the limit; empty if there is none
    public Optional<Integer> limit() {
        return Optional.ofNullable(limit);
    }

    /// Reserves quota for a message, until [#settle]. A message with more recipients than the limit is sent
    /// when the quota is completely free; otherwise it would never be sent.
    ///
    /// @return when the quota has room; empty if the reservation was made
    public synchronized Optional<Instant> reserve(int recipients) {
        Optional<Instant> room = fullUntil(recipients);
        if (room.isEmpty() && limit != null) {
            reserved += recipients;
        }
        return room;
    }

    /// @return when the quota has room for this many recipients; empty if it has room now
    public synchronized Optional<Instant> fullUntil(int recipients) {
        if (limit == null) {
            return Optional.empty();
        }
        expireSlots();
        int over = total() + reserved + recipients - limit;
        return over > 0 && total() + reserved > 0 ? Optional.of(freedAt(over)) : Optional.empty();
    }

    /// @return whether attempts in flight have reserved quota that they may return
    public synchronized boolean hasReservations() {
        return reserved > 0;
    }

    /// @param reservation recipients that were reserved
    /// @param sent number of these recipients that the upstream accepted
    public synchronized void settle(int reservation, int sent) {
        if (limit == null) {
            return;
        }
        reserved -= reservation;
        if (sent > 0) {
            used.merge(slot(clock.instant()), sent, Integer::sum);
        }
    }

    /// At most a minute from now while attempts in flight may return quota.
    private Instant freedAt(int over) {
        Instant sure = surelyFreedAt(over);
        Instant soon = clock.instant().plus(Duration.ofMinutes(1));
        return reserved > 0 && soon.isBefore(sure) ? soon : sure;
    }

    private Instant surelyFreedAt(int over) {
        int freed = 0;
        for (Map.Entry<Instant, Integer> slot : used.entrySet()) {
            freed += slot.getValue();
            if (freed >= over) {
                return end(slot.getKey());
            }
        }
        // the message has more recipients than the limit, or attempts in flight have reserved the quota
        return used.isEmpty() ? Instant.MAX : end(used.lastKey());
    }

    /// Drops expired slots. Slots in the future, after the clock was set back, are moved to the current slot.
    private void expireSlots() {
        Instant now = clock.instant();
        while (!used.isEmpty() && !end(used.firstKey()).isAfter(now)) {
            used.pollFirstEntry();
        }
        while (!used.isEmpty() && used.lastKey().isAfter(now)) {
            used.merge(slot(now), used.pollLastEntry().getValue(), Integer::sum);
        }
    }

    private static Instant end(Instant slot) {
        return slot.plus(UsageSlot.RETENTION);
    }

    private static Instant slot(Instant at) {
        return Instant.ofEpochSecond(
                Math.floorDiv(at.getEpochSecond(), UsageSlot.SLOT.toSeconds()) * UsageSlot.SLOT.toSeconds());
    }

    private int total() {
        return used.values().stream().mapToInt(Integer::intValue).sum();
    }
}
