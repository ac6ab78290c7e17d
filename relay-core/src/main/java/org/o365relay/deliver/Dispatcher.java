package org.o365relay.deliver;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.o365relay.queue.Claim;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Finds due messages and has them delivered, as many at a time as the upstream allows. One loop on a virtual
/// thread, and a virtual thread for each delivery.
public final class Dispatcher {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration AFTER_DISK_TROUBLE = Duration.ofSeconds(5);

    private final MessageQueue queue;
    private final Lane lane;
    private final Courier courier;
    private final int connections;
    private final Semaphore slots;
    private volatile boolean stopping;
    private @Nullable Thread loop;

    /// @param courier delivers through the lane
    public Dispatcher(MessageQueue queue, Lane lane, Courier courier) {
        this.queue = queue;
        this.lane = lane;
        this.courier = courier;
        this.connections = lane.upstream().connections();
        this.slots = new Semaphore(connections);
    }

    /// Begins to deliver.
    public void start() {
        loop = Thread.ofVirtual().name("dispatcher").start(this::run);
    }

    /// Takes up no more messages, and lets deliveries in flight end.
    ///
    /// @param grace how long they may take; those that take longer are tried again after the next start
    public void stop(Duration grace) {
        stopping = true;
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            if (loop != null) {
                loop.interrupt();
                loop.join(grace);
            }
            if (slots.tryAcquire(connections, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                slots.release(connections);
            } else {
                log.warn("deliveries did not end in time; they are tried again after the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        lane.upstream().close();
    }

    private void run() {
        while (!stopping) {
            try {
                turn();
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

    private void turn() throws InterruptedException {
        Duration closed = lane.closedFor();
        if (closed.isPositive()) {
            Thread.sleep(closed);
        } else if (lane.isOpen()) {
            deliverDue();
        } else {
            deliverOne();
        }
    }

    private void deliverDue() throws InterruptedException {
        slots.acquire();
        int free = 1 + slots.drainPermits();
        if (!lane.isOpen()) { // closed while this waited for a slot
            slots.release(free);
        } else if (!start(free, 1)) {
            queue.awaitDue(lane.supply(), LONGEST_WAIT);
        }
    }

    /// While the lane is not open, one message at a time shows whether the trouble is over.
    private void deliverOne() throws InterruptedException {
        slots.acquire(connections);
        if (lane.isOpen() || lane.closedFor().isPositive()) { // that is what the one before has shown
            slots.release(connections);
        } else if (!start(1, connections)) {
            queue.awaitDue(lane.supply(), LONGEST_WAIT);
        }
    }

    /// Starts deliveries on threads of their own, which no interrupt of the loop can reach, and frees the slots
    /// they leave.
    ///
    /// @param slotsEach how many of the acquired slots a delivery holds
    /// @return false if nothing was due
    private boolean start(int most, int slotsEach) {
        int unused = most * slotsEach;
        try {
            for (Claim claim : queue.claim(lane.supply(), most)) {
                unused -= slotsEach;
                Thread.ofVirtual().name("delivery-" + claim.id()).start(() -> deliverAndFree(claim, slotsEach));
            }
        } finally {
            slots.release(unused);
        }
        return unused < most * slotsEach;
    }

    private void deliverAndFree(Claim claim, int heldSlots) {
        try {
            courier.deliver(claim);
        } catch (RuntimeException | Error e) {
            log.error("the delivery of message {} failed; it stays in the queue", claim.id(), e);
        } finally {
            slots.release(heldSlots);
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
