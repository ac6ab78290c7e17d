package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.DiskCapacity;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks whether mail waits too long, too much of it, and whether there is room for more.
record QueueMonitor(MessageQueue queue, AlertSettings settings, ActiveAlerts alerts, InstantSource clock) {

    private static final Logger log = LoggerFactory.getLogger(QueueMonitor.class);
    private static final double MUCH = 0.9;

    /// Costs a few milliseconds for an ordinary queue, less than a tenth of a second for one of a million
    /// messages.
    void check() {
        room(queue.capacity());
        try {
            age();
            length();
        } catch (QueueException e) {
            log.warn("the queue cannot be asked what waits in it: {}", e.getMessage());
        }
    }

    private void age() {
        Duration limit = settings.queueAge();
        if (limit.isPositive()) {
            Instant now = clock.instant();
            judge(
                    AlertTexts.QUEUE_AGE,
                    queue.oldestWaiting()
                            .filter(oldest -> oldest.plus(limit).isBefore(now))
                            .map(oldest -> AlertTexts.queueAge(limit, oldest))
                            .orElse(null));
        }
    }

    private void length() {
        int limit = settings.queueLength();
        if (limit > 0) {
            judge(AlertTexts.QUEUE_LENGTH, queue.countWaiting(limit + 1) > limit ? AlertTexts.queueLength(limit) : null);
        }
    }

    void room(DiskCapacity room) {
        judge(AlertTexts.DISK_LOW, room.free() < 2 * room.minimumFree() ? AlertTexts.diskLow(room) : null);
        judge(AlertTexts.DISK_FULL, room.free() < room.minimumFree() ? AlertTexts.diskFull(room) : null);
        judge(AlertTexts.QUEUE_LARGE, room.used() > MUCH * room.maximum() ? AlertTexts.queueLarge(room) : null);
        judge(AlertTexts.QUEUE_FULL, room.used() > room.maximum() ? AlertTexts.queueFull(room) : null);
    }

    private void judge(String name, @Nullable AlertCondition found) {
        if (found == null) {
            alerts.clear(name);
        } else {
            alerts.raise(found);
        }
    }
}
