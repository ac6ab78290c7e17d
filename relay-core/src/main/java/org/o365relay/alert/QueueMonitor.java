package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.QueueLoad;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Raises alerts when messages wait too long, when too many of them wait, when disk space runs low, and when
/// the queue approaches its maximum size.
record QueueMonitor(QueueLoad queue, AlertSettings settings, ActiveAlerts alerts, InstantSource clock) {

    private static final Logger log = LoggerFactory.getLogger(QueueMonitor.class);
    private static final double NEARLY_FULL = 0.9;

    /// Checks the queue and the disk. Takes a few milliseconds for a typical queue, and less than 100 ms for a
    /// million messages.
    void check() {
        checkSpace(queue.capacity());
        try {
            checkAge();
            checkLength();
        } catch (QueueException e) {
            log.warn("cannot check the queue for waiting messages: {}", e.getMessage());
        }
    }

    private void checkAge() {
        Duration limit = settings.queueAge();
        Instant now = clock.instant();
        update(
                AlertKind.QUEUE_AGE,
                (limit.isPositive() ? queue.oldestWaiting() : Optional.<Instant>empty())
                        .filter(oldest -> oldest.plus(limit).isBefore(now))
                        .map(oldest -> AlertTexts.queueAge(limit, oldest))
                        .orElse(null));
    }

    private void checkLength() {
        int limit = settings.queueLength();
        boolean exceeded = limit > 0 && queue.countWaiting(limit + 1) > limit;
        update(AlertKind.QUEUE_LENGTH, exceeded ? AlertTexts.queueLength(limit) : null);
    }

    void checkSpace(DiskCapacity capacity) {
        update(AlertKind.DISK_LOW, capacity.free() < 2 * capacity.minimumFree() ? AlertTexts.diskLow(capacity) : null);
        update(AlertKind.DISK_FULL, capacity.free() < capacity.minimumFree() ? AlertTexts.diskFull(capacity) : null);
        update(
                AlertKind.QUEUE_LARGE,
                capacity.used() > NEARLY_FULL * capacity.maximum() ? AlertTexts.queueLarge(capacity) : null);
        update(AlertKind.QUEUE_FULL, capacity.used() > capacity.maximum() ? AlertTexts.queueFull(capacity) : null);
    }

    private void update(AlertKind kind, @Nullable AlertCondition condition) {
        if (condition == null) {
            alerts.clear(kind.key());
        } else {
            alerts.raise(condition);
        }
    }
}
