package org.o365relay.admit;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.UsageSlot;
import org.o365relay.time.RollingCount;
import org.o365relay.time.RollingCount.Slot;

/// Counts the messages and recipients of a device for its limits, and tracks which time slots have not been
/// written to disk yet. Not thread-safe. Times are in milliseconds on the steady clock.
final class Usage {

    private static final long SECOND = 1_000;
    private static final int MINUTE = 60 + 1;
    private static final long SLOT = UsageSlot.SLOT.toMillis();
    private static final int HOUR = Math.toIntExact(Duration.ofHours(1).dividedBy(UsageSlot.SLOT)) + 1;
    private static final int DAY = Math.toIntExact(Duration.ofHours(24).dividedBy(UsageSlot.SLOT)) + 1;

    // created on demand to save memory
    private @Nullable RollingCount messages;
    private @Nullable RollingCount recipients;
    private int reserved;

    private final Set<Long> dirty = new TreeSet<>();
    private final Set<Long> inFlight = new TreeSet<>();
    private long lastMarked = -1;

    Optional<LimitExceeded> countMessage(int allowed, long now) {
        RollingCount count = messages == null ? new RollingCount(SECOND, MINUTE, now) : messages;
        messages = count;
        count.moveToKeepingCounts(now);
        Optional<LimitExceeded> excess = exceeded("messages-per-minute", allowed, count, MINUTE, 0);
        if (excess.isEmpty()) {
            count.add(1);
        }
        return excess;
    }

    void reserve() {
        reserved++;
    }

    Optional<LimitExceeded> reserve(DeviceLimits limits, long now) {
        RollingCount count = recipients(now);
        Optional<LimitExceeded> excess =
                exceeded("recipients-per-day", limits.recipientsPerDay(), count, DAY, reserved);
        if (excess.isEmpty()) {
            excess = exceeded("recipients-per-hour", limits.recipientsPerHour(), count, HOUR, reserved);
        }
        if (excess.isEmpty()) {
            reserved++;
        }
        return excess;
    }

    /// @return number of recipients reserved for messages being received
    int reserved() {
        return reserved;
    }

    void release(int number) {
        reserved = Math.max(0, reserved - number);
    }

    /// Counts recipients as used.
    void add(int number, long now) {
        RollingCount count = recipients(now);
        count.add(number);
        markDirty(count.newest());
    }

    /// Reverts an [#add]: subtracts the recipients, from the newest slots first.
    void rollBack(int number, long now) {
        RollingCount count = recipients(now);
        int left = number;
        for (long slot = count.newest(); left > 0 && slot > count.newest() - DAY; slot--) {
            int part = Math.min(left, count.count(slot));
            if (part > 0) {
                count.add(slot, -part);
                markDirty(slot);
                left -= part;
            }
        }
    }

    void restore(List<UsageSlot> slots, long now) {
        for (UsageSlot stored : slots) {
            RollingCount count = recipients(now);
            long slot = stored.start().toEpochMilli() / SLOT;
            count.add(slot, stored.recipients());
            if (slot > count.newest()) {
                markDirty(slot);
                markDirty(count.newest());
            }
        }
    }

    /// @return slots with changes that [#written] has not confirmed yet
    List<UsageSlot> dirty() {
        inFlight.addAll(dirty);
        dirty.clear();
        lastMarked = -1;
        return inFlight.stream().map(this::slot).toList();
    }

    void written() {
        inFlight.clear();
    }

    /// @return all kept slots that have recipients
    List<UsageSlot> all() {
        return recipients == null
                ? List.of()
                : recipients.slots().stream().map(slot -> slot(slot.number())).toList();
    }

    private UsageSlot slot(long slot) {
        return new UsageSlot(Instant.ofEpochMilli(slot * SLOT), recipients == null ? 0 : recipients.count(slot));
    }

    private RollingCount recipients(long now) {
        RollingCount count = recipients == null ? new RollingCount(SLOT, DAY, now) : recipients;
        recipients = count;
        List<Slot> emptied = count.moveToKeepingCounts(now);
        if (!emptied.isEmpty()) {
            emptied.forEach(slot -> markDirty(slot.number()));
            markDirty(count.newest());
        }
        return count;
    }

    private void markDirty(long slot) {
        if (slot != lastMarked) {
            lastMarked = slot;
            dirty.add(slot);
        }
    }

    private static Optional<LimitExceeded> exceeded(
            String limit, @Nullable Integer allowed, RollingCount count, int slots, int reserved) {
        if (allowed == null || count.sum(slots) + reserved < allowed) {
            return Optional.empty();
        }
        Instant until = Instant.ofEpochMilli(count.timeBelow(slots, allowed - reserved));
        return Optional.of(new LimitExceeded(limit, allowed, until));
    }
}
