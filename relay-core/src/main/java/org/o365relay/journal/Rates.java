package org.o365relay.journal;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Envelope;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Reply;

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
    public void accepted(QueueId id, Arrival arrival, Envelope envelope, long size) {
        accepted.add(clock.millis());
    }

    @Override
    public void rejected(
            InetAddress client, String helo, @Nullable EmailAddress from, @Nullable EmailAddress to, Reply reply) {
        rejected.add(clock.millis());
    }

    @Override
    public void limitExceeded(ExceededLimit excess) {
        rejected.add(clock.millis());
    }

    @Override
    public void delivered(Delivery delivery) {
        delivered.add(clock.millis());
    }

    @Override
    public void deferred(Delivery delivery, Instant nextAttempt, boolean mayHaveArrived) {
        deferred.add(clock.millis());
    }

    @Override
    public void failed(Delivery delivery, @Nullable EmailAddress noticeTo, boolean inDigest) {
        failed.add(clock.millis());
    }

    @Override
    public void delayed(QueueId id, InetAddress client, EmailAddress noticeTo, Duration waiting, boolean inDigest) {}

    @Override
    public void ndr(
            QueueId id,
            EmailAddress mailbox,
            String to,
            Reply reply,
            String advice,
            @Nullable EmailAddress noticeTo,
            boolean inDigest) {}

    @Override
    public void blocked(EmailAddress mailbox, String upstream, Reply reply, String advice, Instant nextProbe) {}

    @Override
    public void unblocked(EmailAddress mailbox, Duration after) {}

    @Override
    public void failover(EmailAddress mailbox, String from, String to, Reply reply, String advice) {}

    @Override
    public void failback(EmailAddress mailbox, String upstream, Duration after) {}

    @Override
    public void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextAttempt) {}

    @Override
    public void reachable(EmailAddress mailbox, String upstream, Duration after) {}

    @Override
    public void throttled(EmailAddress mailbox, String upstream, Reply reply, int connections) {}

    @Override
    public void backoff(EmailAddress mailbox, String kind, String address, Reply reply, String advice, Instant until) {}

    @Override
    public void paused(EmailAddress mailbox, String by) {}

    @Override
    public void resumed(EmailAddress mailbox, String by) {}

    @Override
    public void retried(EmailAddress mailbox, String by) {}

    @Override
    public void queueChanged(String change, long messages, String by) {}

    @Override
    public void expiring(String what, Instant when, long daysLeft, String advice) {}

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
