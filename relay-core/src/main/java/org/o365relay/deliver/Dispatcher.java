package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Claim;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds due messages of one lane and has them delivered, as many at a time and as fast as the account and the road
/// allow. One loop on a virtual thread, another for checks, and a virtual thread for each delivery.
public final class Dispatcher {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);
    private static final Duration QUEUE_RETRY_DELAY = Duration.ofSeconds(5);
    private static final Duration FAILED_DELIVERY_DELAY = Duration.ofMinutes(1);
    private static final int MAX_DELIVERIES = 1_000_000;

    private final MessageQueue queue;
    private final MailboxSender sender;
    private final Delivery delivery;
    private final Semaphore idle = new Semaphore(MAX_DELIVERIES); // less one for each delivery in flight
    private volatile boolean stopping;
    private @Nullable Thread loop;
    private @Nullable Thread checkLoop;

    /// @param delivery delivers through the lane
    public Dispatcher(MessageQueue queue, MailboxSender lane, Delivery courier) {
        this.queue = queue;
        this.sender = lane;
        this.delivery = courier;
    }

    /// Begins to deliver.
    public void start() {
        loop = Thread.ofVirtual().name("dispatcher-" + sender.mailbox()).start(() -> repeat(this::deliverNext));
        checkLoop = Thread.ofVirtual().name("checks-" + sender.mailbox()).start(() -> repeat(this::checkNext));
    }

    /// Takes up no more messages, and lets deliveries in flight end.
    ///
    /// @param grace how long they may take; those that take longer are tried again after the next start
    public void stop(Duration grace) {
        stopping = true;
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            if (checkLoop != null) {
                checkLoop.interrupt(); // a check under way ends by itself, and changes nothing any more
            }
            if (loop != null) {
                loop.interrupt();
                loop.join(grace);
            }
            if (!idle.tryAcquire(MAX_DELIVERIES, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                log.warn("deliveries did not end in time; they are tried again after the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sender.close();
    }

    /// @return whose mail it delivers
    public EmailAddress mailbox() {
        return sender.mailbox();
    }

    /// Nothing more is claimed until [#resume()], because an operator says so; deliveries in flight end. What a
    /// pool has given to the mailbox is the pool's again.
    ///
    /// @param by who said so
    public void pause(Instant since, String by) {
        sender.pause(since, by);
        try {
            releaseIfOutOfService();
        } catch (QueueException e) {
            log.warn("the pools of {} get their messages back later: {}", sender.mailbox(), e.getMessage());
        }
    }

    /// Lets mail leave again if it was stopped, and has everything that is closed tried at once.
    ///
    /// @return false if there was nothing to resume
    public boolean resume() {
        return sender.resume();
    }

    public MailboxStatus status() {
        return sender.failover().status();
    }

    @FunctionalInterface
    private interface Task {
        void run() throws InterruptedException;
    }

    private void repeat(Task turn) {
        while (!stopping) {
            try {
                turn.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return; // only stop() interrupts
            } catch (QueueException e) {
                if (stopping) {
                    return; // it was the interrupt
                }
                log.error("the queue cannot be used, trying again: {}", e.getMessage());
                pause(QUEUE_RETRY_DELAY);
            } catch (RuntimeException | Error e) { // mail must go on leaving
                log.error("the dispatcher failed, trying again", e);
                pause(QUEUE_RETRY_DELAY);
            }
        }
    }

    private void checkNext() throws InterruptedException {
        sender.failover().awaitCheck();
        sender.check();
    }

    private void deliverNext() throws InterruptedException {
        int room = sender.failover().freeSlots();
        if (room == 0) {
            releaseIfOutOfService();
            sender.failover().awaitFreeSlot();
            return;
        }
        Duration pause = sender.account().rateLimiter().untilNext();
        if (pause.isPositive()) {
            Thread.sleep(pause.compareTo(MAX_WAIT) < 0 ? pause : MAX_WAIT);
            return;
        }
        int connections = sender.account().concurrencyLimiter().acquire(room, MAX_WAIT);
        if (connections > 0 && !start(connections)) {
            queue.awaitDue(sender.claimScope(), MAX_WAIT);
        }
    }

    /// Starts deliveries on threads of their own, which no interrupt of the loop can reach.
    ///
    /// @param connections as many as are held; those not needed are given back
    /// @return false if nothing was due
    private boolean start(int connections) {
        int most = sender.failover().freeSlots() == 0
                ? 0
                : sender.account().rateLimiter().take(connections); // it may have closed
        int started = 0;
        try {
            List<Claim> claims = most == 0 ? List.of() : queue.claim(sender.claimScope(), most);
            for (Claim claim : claims) {
                idle.acquireUninterruptibly();
                started++;
                Thread.ofVirtual().name("delivery-" + claim.id()).start(() -> deliver(claim));
            }
            return most == 0 || !claims.isEmpty();
        } finally {
            sender.account().rateLimiter().refund(most - started);
            sender.account().concurrencyLimiter().release(connections - started);
        }
    }

    private void deliver(Claim claim) {
        try {
            delivery.deliver(claim);
            releaseIfOutOfService();
        } catch (RuntimeException | Error e) {
            log.error("the delivery of message {} failed; unless it is settled it is tried again", claim.id(), e);
            interrupt(claim);
        } finally {
            sender.account().concurrencyLimiter().release(1);
            idle.release();
        }
    }

    /// Left to the end of its lease, the message would wait for hours, and nobody would know that it may arrive
    /// twice.
    private void interrupt(Claim claim) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                queue.interrupt(claim, FAILED_DELIVERY_DELAY);
                return;
            } catch (QueueException e) {
                if (e.isFinal()) {
                    return; // closed; the next start does it
                }
                log.error("message {} cannot be given back, trying again: {}", claim.id(), e.getMessage());
                pause(QUEUE_RETRY_DELAY);
            }
        }
    }

    /// What a pool has given to a mailbox that is paused, others of the pool may send.
    private void releaseIfOutOfService() {
        if (sender.isInPool() && sender.failover().isOutOfService()) {
            queue.releaseToPools(sender.claimScope());
        }
    }

    private void pause(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
