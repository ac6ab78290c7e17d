package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.UsageSlot;

/// How many recipients an account may have within 24 hours, counted in steps of ten minutes.
final class DailyQuota {

    /// How long a recipient counts.
    static final Duration WINDOW = Duration.ofHours(24);

    private final @Nullable Integer limit;
    private final InstantSource clock;
    private final TreeMap<Instant, Integer> used = new TreeMap<>(); // by the begin of the step
    private int reserved;

    /// @param limit null for none
    /// @param before recipients of the last 24 hours
    DailyQuota(@Nullable Integer limit, List<UsageSlot> before, InstantSource clock) {
        this.limit = limit;
        this.clock = clock;
        before.forEach(spending -> used.merge(spending.since(), spending.recipients(), Integer::sum));
    }

    /// @return the limit; empty for none
    Optional<Integer> limit() {
        return Optional.ofNullable(limit);
    }

    /// Keeps room for a message; to be ended with [#settle]. One with more recipients than a whole day has goes
    /// when nothing else does: to hold it for ever would help nobody.
    ///
    /// @return when there is room; empty if there is now, and it is kept
    synchronized Optional<Instant> reserve(int recipients) {
        Optional<Instant> room = fullUntil(recipients);
        if (room.isEmpty() && limit != null) {
            reserved += recipients;
        }
        return room;
    }

    /// @return when there is room; empty if there is now
    synchronized Optional<Instant> fullUntil(int recipients) {
        if (limit == null) {
            return Optional.empty();
        }
        expireSlots();
        int over = total() + reserved + recipients - limit;
        return over > 0 && total() + reserved > 0 ? Optional.of(freedAt(over)) : Optional.empty();
    }

    /// @return whether attempts under way keep room that they may give back
    synchronized boolean hasReservations() {
        return reserved > 0;
    }

    /// @param kept as reserved
    /// @param sent how many of them the upstream has taken
    synchronized void settle(int kept, int sent) {
        if (limit == null) {
            return;
        }
        reserved -= kept;
        if (sent > 0) {
            used.merge(step(clock.instant()), sent, Integer::sum);
        }
    }

    /// A minute at most while attempts are under way, which may give room back.
    private Instant freedAt(int over) {
        Instant sure = surelyFreedAt(over);
        Instant soon = clock.instant().plus(Duration.ofMinutes(1));
        return reserved > 0 && soon.isBefore(sure) ? soon : sure;
    }

    private Instant surelyFreedAt(int over) {
        int freed = 0;
        for (Map.Entry<Instant, Integer> step : used.entrySet()) {
            freed += step.getValue();
            if (freed >= over) {
                return end(step.getKey());
            }
        }
        // the message needs a whole day, or what others have under way
        return used.isEmpty() ? Instant.MAX : end(used.lastKey());
    }

    /// What a clock that was set back has counted in the future counts as of now.
    private void expireSlots() {
        Instant now = clock.instant();
        while (!used.isEmpty() && !end(used.firstKey()).isAfter(now)) {
            used.pollFirstEntry();
        }
        while (!used.isEmpty() && used.lastKey().isAfter(now)) {
            used.merge(step(now), used.pollLastEntry().getValue(), Integer::sum);
        }
    }

    private static Instant end(Instant step) {
        return step.plus(UsageSlot.RETENTION);
    }

    private static Instant step(Instant at) {
        return Instant.ofEpochSecond(
                Math.floorDiv(at.getEpochSecond(), UsageSlot.SLOT.toSeconds()) * UsageSlot.SLOT.toSeconds());
    }

    private int total() {
        return used.values().stream().mapToInt(Integer::intValue).sum();
    }
}
