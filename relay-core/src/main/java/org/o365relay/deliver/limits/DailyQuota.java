package org.o365relay.deliver.limits;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.UsageSlot;
import org.o365relay.time.RollingCount;
import org.o365relay.time.RollingCount.Slot;

/// Limits the number of recipients that an account sends to within 24 hours, counted in slots of ten minutes.
public final class DailyQuota {

    /// Minimum time for which a recipient counts against the limit; it counts at most one slot longer.
    static final Duration WINDOW = Duration.ofHours(24);

    private static final long SLOT = UsageSlot.SLOT.toMillis();
    private static final int SLOTS = Math.toIntExact(UsageSlot.RETENTION.dividedBy(UsageSlot.SLOT));

    private final InstantSource clock;
    private final RollingCount used; // also counts while there is no limit, because one may be set later
    private @Nullable Integer limit;
    private int reserved;

    /// @param limit maximum number of recipients in 24 hours, 1 or more; null for no limit
    /// @param history number of recipients in each slot of the last 24 hours
    DailyQuota(@Nullable Integer limit, List<UsageSlot> history, InstantSource clock) {
        this.limit = limit;
        this.clock = clock;
        this.used = new RollingCount(SLOT, SLOTS, clock.millis());
        history.forEach(slot -> used.add(slot.start().toEpochMilli() / SLOT, slot.recipients()));
    }

    /// Changes the limit. Recipients of the last 24 hours count against the new limit.
    ///
    /// @param next maximum number of recipients in 24 hours, 1 or more; null for no limit
    synchronized void use(@Nullable Integer next) {
        limit = next;
    }

    /// @return the limit; empty if there is none
    public synchronized Optional<Integer> limit() {
        return Optional.ofNullable(limit);
    }

    /// Reserves quota for the recipients of a message. [#settle] ends the reservation. A message with more
    /// recipients than the limit is admitted when the quota is completely unused; otherwise it could never be
    /// sent.
    ///
    /// @return estimated time at which the quota will have room for the message; empty if the quota was
    ///     reserved
    public synchronized Optional<Instant> reserve(int recipients) {
        Optional<Instant> fullUntil = fullUntil(recipients);
        if (fullUntil.isEmpty()) {
            reserved += recipients;
        }
        return fullUntil;
    }

    /// @return estimated time at which the quota will have room for this many recipients; empty if it has
    ///     room now
    public synchronized Optional<Instant> fullUntil(int recipients) {
        Integer max = limit;
        if (max == null) {
            return Optional.empty();
        }
        used.moveToKeepingCounts(clock.millis());
        long inUse = used.sum(SLOTS) + reserved;
        long excess = inUse + recipients - max;
        return excess > 0 && inUse > 0 ? Optional.of(freedAt(excess)) : Optional.empty();
    }

    /// @return number of recipients that count against the limit, including reservations; 0 if there is no
    ///     limit
    synchronized long counted() {
        if (limit == null) {
            return 0;
        }
        used.moveToKeepingCounts(clock.millis());
        return used.sum(SLOTS) + reserved;
    }

    /// @return whether attempts in flight have reserved quota, which becomes available again if they fail
    public synchronized boolean hasReservations() {
        return reserved > 0;
    }

    /// Ends a reservation, and counts the recipients that the message was sent to.
    ///
    /// @param reservation number of recipients that were reserved
    /// @param sent number of these recipients for whom the upstream accepted the message
    public synchronized void settle(int reservation, int sent) {
        reserved -= reservation;
        if (sent > 0) {
            used.moveToKeepingCounts(clock.millis());
            used.add(sent);
        }
    }

    /// @return time at which enough recipients no longer count against the limit; at most a minute from now
    ///     while attempts in flight have reserved quota, which may become available earlier
    private Instant freedAt(long excess) {
        Instant byExpiry = freedByExpiryAt(excess);
        Instant soon = clock.instant().plus(Duration.ofMinutes(1));
        return reserved > 0 && soon.isBefore(byExpiry) ? soon : byExpiry;
    }

    private Instant freedByExpiryAt(long excess) {
        long freed = 0;
        Instant end = Instant.MAX;
        for (Slot slot : used.slots()) {
            freed += slot.count();
            end = Instant.ofEpochMilli((slot.number() + SLOTS) * SLOT);
            if (freed >= excess) {
                return end;
            }
        }
        return end; // the message has more recipients than the limit, or attempts in flight have reserved the quota
    }
}
