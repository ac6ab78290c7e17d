package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.Capacity;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks whether mail waits too long, too much of it, and whether there is room for more.
record QueueWatch(MessageQueue queue, AlertSettings settings, AlertBoard board, InstantSource clock) {

    private static final Logger log = LoggerFactory.getLogger(QueueWatch.class);
    private static final double MUCH = 0.9;

    /// Costs a few milliseconds for an ordinary queue, less than a tenth of a second for one of a million
    /// messages.
    void look() {
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
                    Sentences.QUEUE_AGE,
                    queue.oldestWaiting()
                            .filter(oldest -> oldest.plus(limit).isBefore(now))
                            .map(oldest -> Sentences.queueAge(limit, oldest))
                            .orElse(null));
        }
    }

    private void length() {
        int limit = settings.queueLength();
        if (limit > 0) {
            judge(Sentences.QUEUE_LENGTH, queue.waiting(limit + 1) > limit ? Sentences.queueLength(limit) : null);
        }
    }

    void room(Capacity room) {
        judge(Sentences.DISK_LOW, room.free() < 2 * room.floor() ? Sentences.diskLow(room) : null);
        judge(Sentences.DISK_FULL, room.free() < room.floor() ? Sentences.diskFull(room) : null);
        judge(Sentences.QUEUE_LARGE, room.used() > MUCH * room.maximum() ? Sentences.queueLarge(room) : null);
        judge(Sentences.QUEUE_FULL, room.used() > room.maximum() ? Sentences.queueFull(room) : null);
    }

    private void judge(String name, @Nullable Trouble found) {
        if (found == null) {
            board.clear(name);
        } else {
            board.raise(found);
        }
    }
}
