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
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration AFTER_DISK_TROUBLE = Duration.ofSeconds(5);
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);
    private static final int ANY_NUMBER = 1_000_000;

    private final MessageQueue queue;
    private final MailboxSender lane;
    private final Delivery courier;
    private final Semaphore idle = new Semaphore(ANY_NUMBER); // less one for each delivery in flight
    private volatile boolean stopping;
    private @Nullable Thread loop;
    private @Nullable Thread checks;

    /// @param courier delivers through the lane
    public Dispatcher(MessageQueue queue, MailboxSender lane, Delivery courier) {
        this.queue = queue;
        this.lane = lane;
        this.courier = courier;
    }

    /// Begins to deliver.
    public void start() {
        loop = Thread.ofVirtual().name("dispatcher-" + lane.mailbox()).start(() -> repeat(this::deliverNext));
        checks = Thread.ofVirtual().name("checks-" + lane.mailbox()).start(() -> repeat(this::checkNext));
    }

    /// Takes up no more messages, and lets deliveries in flight end.
    ///
    /// @param grace how long they may take; those that take longer are tried again after the next start
    public void stop(Duration grace) {
        stopping = true;
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            if (checks != null) {
                checks.interrupt(); // a check under way ends by itself, and changes nothing any more
            }
            if (loop != null) {
                loop.interrupt();
                loop.join(grace);
            }
            if (!idle.tryAcquire(ANY_NUMBER, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                log.warn("deliveries did not end in time; they are tried again after the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lane.close();
    }

    /// @return whose mail it delivers
    public EmailAddress mailbox() {
        return lane.mailbox();
    }

    /// Nothing more is claimed until [#resume()], because an operator says so; deliveries in flight end. What a
    /// pool has given to the mailbox is the pool's again.
    ///
    /// @param by who said so
    public void halt(Instant since, String by) {
        lane.stop(since, by);
        try {
            shareIfPaused();
        } catch (QueueException e) {
            log.warn("the pools of {} get their messages back later: {}", lane.mailbox(), e.getMessage());
        }
    }

    /// Lets mail leave again if it was stopped, and has everything that is closed tried at once.
    ///
    /// @return false if there was nothing to resume
    public boolean resume() {
        return lane.resume();
    }

    public MailboxStatus status() {
        return lane.roads().status();
    }

    @FunctionalInterface
    private interface Turn {
        void take() throws InterruptedException;
    }

    private void repeat(Turn turn) {
        while (!stopping) {
            try {
                turn.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return; // only stop() interrupts
            } catch (QueueException e) {
                if (stopping) {
                    return; // it was the interrupt
                }
                log.error("the queue cannot be used, trying again: {}", e.getMessage());
                pause(AFTER_DISK_TROUBLE);
            } catch (RuntimeException | Error e) { // mail must go on leaving
                log.error("the dispatcher failed, trying again", e);
                pause(AFTER_DISK_TROUBLE);
            }
        }
    }

    private void checkNext() throws InterruptedException {
        lane.roads().awaitCheck();
        lane.check();
    }

    private void deliverNext() throws InterruptedException {
        int room = lane.roads().room();
        if (room == 0) {
            shareIfPaused();
            lane.roads().awaitRoom();
            return;
        }
        Duration pause = lane.account().pace().untilNext();
        if (pause.isPositive()) {
            Thread.sleep(pause.compareTo(LONGEST_WAIT) < 0 ? pause : LONGEST_WAIT);
            return;
        }
        int connections = lane.account().connections().acquire(room, LONGEST_WAIT);
        if (connections > 0 && !start(connections)) {
            queue.awaitDue(lane.supply(), LONGEST_WAIT);
        }
    }

    /// Starts deliveries on threads of their own, which no interrupt of the loop can reach.
    ///
    /// @param connections as many as are held; those not needed are given back
    /// @return false if nothing was due
    private boolean start(int connections) {
        int most = lane.roads().room() == 0 ? 0 : lane.account().pace().take(connections); // it may have closed
        int started = 0;
        try {
            List<Claim> claims = most == 0 ? List.of() : queue.claim(lane.supply(), most);
            for (Claim claim : claims) {
                idle.acquireUninterruptibly();
                started++;
                Thread.ofVirtual().name("delivery-" + claim.id()).start(() -> deliver(claim));
            }
            return most == 0 || !claims.isEmpty();
        } finally {
            lane.account().pace().giveBack(most - started);
            lane.account().connections().release(connections - started);
        }
    }

    private void deliver(Claim claim) {
        try {
            courier.deliver(claim);
            shareIfPaused();
        } catch (RuntimeException | Error e) {
            log.error("the delivery of message {} failed; unless it is settled it is tried again", claim.id(), e);
            interrupt(claim);
        } finally {
            lane.account().connections().release(1);
            idle.release();
        }
    }

    /// Left to the end of its lease, the message would wait for hours, and nobody would know that it may arrive
    /// twice.
    private void interrupt(Claim claim) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                queue.interrupt(claim, AFTER_FAILURE);
                return;
            } catch (QueueException e) {
                if (e.isFinal()) {
                    return; // closed; the next start does it
                }
                log.error("message {} cannot be given back, trying again: {}", claim.id(), e.getMessage());
                pause(AFTER_DISK_TROUBLE);
            }
        }
    }

    /// What a pool has given to a mailbox that is paused, others of the pool may send.
    private void shareIfPaused() {
        if (lane.isInPool() && lane.roads().isPaused()) {
            queue.release(lane.supply());
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
