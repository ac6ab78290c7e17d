package org.o365relay.journal;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLongArray;

/// Counts messages and recipients by outcome over the last 24 hours. Never blocks and allocates nothing,
/// because it is called between the final dot and the 250.
public final class Rates implements Journal {

    private final InstantSource clock;
    private final Count accepted = new Count();
    private final Count rejected = new Count();
    private final Count delivered = new Count();
    private final Count deferred = new Count();
    private final Count failed = new Count();

    public Rates(InstantSource clock) {
        this.clock = clock;
    }

    /// The number of events in sliding windows. Each window includes the current, incomplete second or minute.
    ///
    /// @param lastMinute in the last 60 seconds
    /// @param lastHour in the last 60 minutes
    /// @param lastDay in the last 1440 minutes
    public record Rate(long lastMinute, long lastHour, long lastDay) {}

    /// @return messages accepted with 250
    public Rate accepted() {
        return accepted.rate(clock.millis());
    }

    /// @return rejected connections, commands and messages, including those over a limit of their device
    public Rate rejected() {
        return rejected.rate(clock.millis());
    }

    /// @return recipients delivered
    public Rate delivered() {
        return delivered.rate(clock.millis());
    }

    /// @return recipients deferred, except those that wait because their mailbox is blocked
    public Rate deferred() {
        return deferred.rate(clock.millis());
    }

    /// @return recipients that failed permanently
    public Rate failed() {
        return failed.rate(clock.millis());
    }

    @Override
    public void record(Event event) {
        switch (event) {
            case Event.Accepted _ -> accepted.add(clock.millis());
            case Event.Rejected _, Event.LimitExceeded _ -> rejected.add(clock.millis());
            case Event.Delivered _ -> delivered.add(clock.millis());
            case Event.Deferred _ -> deferred.add(clock.millis());
            case Event.Failed _ -> failed.add(clock.millis());
            default -> {} // no other event concerns a single message or recipient
        }
    }

    /// Counts one kind of event.
    private static final class Count {

        private static final int MINUTE = 60_000;

        private final Ring seconds = new Ring(60, 1000);
        private final Ring minutes = new Ring(24 * 60, MINUTE);

        void add(long now) {
            seconds.add(now);
            minutes.add(now);
        }

        Rate rate(long now) {
            return new Rate(seconds.sum(now, 60), minutes.sum(now, 60), minutes.sum(now, 24 * 60));
        }
    }

    /// A ring of counters, one for each interval; the oldest is reused for the current interval.
    ///
    /// A slot packs the number of its interval and the count into one long, so that both change atomically.
    private static final class Ring {

        private static final int COUNT_BITS = 28; // 268 million per interval
        private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

        private final AtomicLongArray slots;
        private final int interval;

        /// @param interval length in milliseconds
        Ring(int slots, int interval) {
            this.slots = new AtomicLongArray(slots);
            this.interval = interval;
        }

        void add(long now) {
            long current = now / interval;
            int slot = (int) (current % slots.length());
            long before;
            long after;
            do {
                before = slots.get(slot);
                after = before >>> COUNT_BITS == current ? before + 1 : current << COUNT_BITS | 1;
            } while (!slots.compareAndSet(slot, before, after));
        }

        /// @param intervals number of most recent intervals to sum
        long sum(long now, int intervals) {
            long last = now / interval;
            long sum = 0;
            for (int i = 0; i < slots.length(); i++) {
                long slot = slots.get(i);
                long number = slot >>> COUNT_BITS;
                if (number > last - intervals && number <= last) {
                    sum += slot & COUNT_MASK;
                }
            }
            return sum;
        }
    }
}
