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

/// Counts what happens to messages, for 24 hours. Waits for nobody and allocates nothing, for it is asked between the
/// final dot and the 250.
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

    /// How often something happened.
    ///
    /// @param lastMinute the last 60 seconds, the present one included
    /// @param lastHour the last 60 minutes, the present one included
    /// @param lastDay the last 1440 minutes, the present one included
    public record Rate(long lastMinute, long lastHour, long lastDay) {}

    /// @return messages that were answered with 250
    public Rate accepted() {
        return accepted.rate(clock.millis());
    }

    /// @return clients, commands and messages that were turned away, those of devices that have used up what they may
    ///     included
    public Rate rejected() {
        return rejected.rate(clock.millis());
    }

    /// @return recipients
    public Rate delivered() {
        return delivered.rate(clock.millis());
    }

    /// @return recipients; what waits for a mailbox in trouble is not among them
    public Rate deferred() {
        return deferred.rate(clock.millis());
    }

    /// @return recipients
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
    public void limitExceeded(ExceededLimit overdrawn) {
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
    public void unreachable(EmailAddress mailbox, String upstream, Reply reply, Instant nextTry) {}

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
    public void queueChanged(String change, long messages, String by) {}

    @Override
    public void expiring(String what, Instant when, long daysLeft, String advice) {}

    /// Of one event.
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

    /// As many slots as there are steps of time in it; each is used again when its time comes round.
    ///
    /// A slot is the number of its step and the count in it, so that both change at once.
    private static final class Ring {

        private static final int COUNT_BITS = 28; // 268 million in a step
        private static final long COUNT = (1L << COUNT_BITS) - 1;

        private final AtomicLongArray slots;
        private final int step;

        /// @param step milliseconds
        Ring(int slots, int step) {
            this.slots = new AtomicLongArray(slots);
            this.step = step;
        }

        void add(long now) {
            long number = now / step;
            int slot = (int) (number % slots.length());
            long before;
            long after;
            do {
                before = slots.get(slot);
                after = before >>> COUNT_BITS == number ? before + 1 : number << COUNT_BITS | 1;
            } while (!slots.compareAndSet(slot, before, after));
        }

        /// @param steps how many of the last ones
        long sum(long now, int steps) {
            long last = now / step;
            long sum = 0;
            for (int i = 0; i < slots.length(); i++) {
                long slot = slots.get(i);
                long number = slot >>> COUNT_BITS;
                if (number > last - steps && number <= last) {
                    sum += slot & COUNT;
                }
            }
            return sum;
        }
    }
}
