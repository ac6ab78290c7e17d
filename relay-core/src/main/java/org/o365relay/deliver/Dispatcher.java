package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.AddressBackoff;
import org.o365relay.deliver.health.HealthEvent;
import org.o365relay.deliver.health.MailboxStatus;
import org.o365relay.deliver.health.RequestedProbe;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ClaimScope;
import org.o365relay.queue.Claims;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Claims due messages for one mailbox and starts their delivery, within the limits of the account and the
/// upstream. Runs one loop for messages and one for checks, each on a virtual thread, and a virtual thread per
/// delivery.
public final class Dispatcher {

    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);
    private static final Duration QUEUE_RETRY_DELAY = Duration.ofSeconds(5);
    private static final Duration FAILED_DELIVERY_DELAY = Duration.ofMinutes(1);
    private static final int MAX_DELIVERIES = 1_000_000;

    private final Claims queue;
    private volatile Work work;
    private final Semaphore deliverySlots = new Semaphore(MAX_DELIVERIES); // each delivery in flight holds one slot
    private volatile boolean stopping;
    private @Nullable Thread loop;
    private @Nullable Thread checkLoop;

    /// The mail to deliver, and how to deliver it.
    private record Work(MailboxSender sender, Delivery delivery, WaitingMail waiting) {}

    /// @param delivery delivers the messages, through the same mailbox
    public Dispatcher(Claims queue, MailboxSender sender, Delivery delivery) {
        this.queue = queue;
        this.work = new Work(sender, delivery, new WaitingMail(queue, sender));
    }

    /// Changes how the next deliveries are made. Those in flight are not affected.
    ///
    /// @param sender sender with the same upstreams as the previous one
    /// @param delivery delivers the messages, through this sender
    public void use(MailboxSender sender, Delivery delivery) {
        ClaimScope previous = sender().claimScope();
        work = new Work(sender, delivery, new WaitingMail(queue, sender));
        queue.wake(previous);
    }

    private MailboxSender sender() {
        return work.sender();
    }

    /// Starts both loops.
    public void start() {
        loop = Thread.ofVirtual().name("dispatcher-" + mailbox()).start(() -> repeat(this::deliverNext));
        checkLoop = Thread.ofVirtual().name("checks-" + mailbox()).start(() -> repeat(this::checkNext));
    }

    /// Starts no more deliveries, closes the idle connections, and waits for the deliveries in flight. Later
    /// calls have no effect.
    ///
    /// @param grace maximum wait; messages whose delivery takes longer are retried after the next startup
    public void stop(Duration grace) {
        if (stopping) {
            return; // the first call holds all delivery slots, so this one would wait in vain
        }
        stopping = true;
        long deadline = System.nanoTime() + grace.toNanos();
        try {
            if (checkLoop != null) {
                checkLoop.interrupt(); // does not wait for a check in flight
            }
            if (loop != null) {
                loop.interrupt();
                loop.join(grace);
            }
            sender().close(); // connections in use are closed when their delivery ends
            if (!deliverySlots.tryAcquire(MAX_DELIVERIES, deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                log.warn("deliveries did not end in time; they are retried after the next startup");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// @return the mailbox whose mail this dispatcher delivers
    public EmailAddress mailbox() {
        return sender().mailbox();
    }

    /// Starts no deliveries until [#resume()]; deliveries in flight continue. Messages that the mailbox has
    /// reserved return to its pools.
    ///
    /// @param by user name of the operator
    public void pause(Instant since, String by) {
        sender().failover().apply(new HealthEvent.Pause(since, by));
        try {
            releaseIfOutOfService();
        } catch (QueueException e) {
            log.warn(
                    "the messages that {} has reserved could not be returned to its pools; retrying: {}",
                    sender().mailbox(),
                    e.getMessage());
        }
    }

    /// The effect of an operator's request to resume or retry the mailbox.
    ///
    /// @param backoffs number of backoffs of authors and recipients that were ended
    /// @param messages number of waiting messages that became due
    public record Requested(List<RequestedProbe> probes, int backoffs, int messages) {

        public Requested {
            probes = List.copyOf(probes);
        }
    }

    /// Ends an operator's pause, and then does what [#retry] does.
    public Requested resume() {
        return requested(sender().resume());
    }

    /// Probes a blocked mailbox and its suspended upstreams now, whatever the schedule, and ends the backoffs
    /// of authors and recipients. The mail that waits for any of these becomes due.
    public Requested retry() {
        return requested(sender().retry());
    }

    /// Immediately probes everything that is blocked or suspended, because the settings have changed. The mail
    /// that waits for it becomes due. Unlike [#retry()], keeps the backoffs, and the waits that the upstream
    /// has asked for.
    public Requested probe() {
        Work current = work;
        return new Requested(current.sender().probe(), 0, current.waiting().requested(List.of()));
    }

    private Requested requested(List<RequestedProbe> probes) {
        Work current = work;
        List<AddressBackoff> ended = current.sender().breakers().endBackoffs();
        return new Requested(probes, ended.size(), current.waiting().requested(ended));
    }

    /// If a probe that [#retry()] or [#resume()] made due is still waiting for a message, the next message
    /// that finishes a delivery attempt becomes due at once. A message in flight cannot be made due before
    /// its attempt ends.
    ///
    /// @param by user name of the operator
    public void requestMessageProbe(String by) {
        sender().failover().apply(new HealthEvent.RequestMessageProbe(by));
    }

    /// @return the names of the mailbox and its pools, as stored in the queue
    public List<String> routes() {
        return sender().claimScope().routes();
    }

    /// @return whether an operator has paused the mailbox
    public boolean isPaused() {
        return sender().failover().isPaused();
    }

    public MailboxStatus status() {
        return sender().status();
    }

    @FunctionalInterface
    private interface Task {
        void run() throws InterruptedException;
    }

    private void repeat(Task task) {
        while (!stopping) {
            try {
                task.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return; // only stop() interrupts this thread
            } catch (QueueException e) {
                if (stopping) {
                    return; // caused by the interrupt in stop()
                }
                log.error("the queue cannot be used; retrying in 5 s: {}", e.getMessage());
                pause(QUEUE_RETRY_DELAY);
            } catch (RuntimeException | Error e) { // the loop must continue
                log.error("the dispatcher of {} failed; retrying in 5 s", sender().mailbox(), e);
                pause(QUEUE_RETRY_DELAY);
            }
        }
    }

    private void checkNext() throws InterruptedException {
        new UpstreamChecker(sender(), work.waiting()).checkNext();
    }

    private void deliverNext() throws InterruptedException {
        MailboxSender sender = sender();
        sender.limitReporter().check(sender.isOpen(), () -> queue.nextDue(sender.claimScope()));
        if (sender.failover().freeSlots() == 0) {
            releaseIfOutOfService();
            sender.failover().awaitFreeSlot();
            return;
        }
        List<AttemptPermit> permits = AttemptPermit.await(sender.failover(), sender.account(), MAX_WAIT);
        Work current = work; // may have changed during the wait
        if (!permits.isEmpty() && !start(permits, current)) {
            queue.awaitDue(current.sender().claimScope(), MAX_WAIT);
        }
    }

    /// Claims at most one message for each permit, and starts the deliveries. Closes the permits that are not
    /// used.
    ///
    /// @return false if no message was due
    private boolean start(List<AttemptPermit> permits, Work current) {
        int started = 0;
        try {
            List<Claim> claims = queue.claim(current.sender().claimScope(), permits.size());
            for (Claim claim : claims) {
                start(claim, permits.get(started), current.delivery());
                started++;
            }
            return !claims.isEmpty();
        } finally {
            permits.subList(started, permits.size()).forEach(AttemptPermit::close);
        }
    }

    /// Delivers on a thread of its own, so that an interrupt of the loop does not interrupt the delivery.
    private void start(Claim claim, AttemptPermit permit, Delivery delivery) {
        Thread thread =
                Thread.ofVirtual().name("delivery-" + claim.id()).unstarted(() -> deliver(claim, permit, delivery));
        deliverySlots.acquireUninterruptibly();
        try {
            thread.start();
        } catch (RuntimeException | Error e) {
            deliverySlots.release();
            throw e;
        }
    }

    private void deliver(Claim claim, AttemptPermit permit, Delivery delivery) {
        try {
            delivery.deliver(claim, permit);
            releaseIfOutOfService();
        } catch (RuntimeException | Error e) {
            log.error("the delivery of message {} failed; it is retried unless it was settled", claim.id(), e);
            interrupt(claim);
        } finally {
            deliverySlots.release();
        }
    }

    /// Ends the lease at once. Otherwise the message would wait for hours until the lease expires, and its
    /// history would not mention a possible duplicate.
    private void interrupt(Claim claim) {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                queue.interrupt(claim, FAILED_DELIVERY_DELAY);
                return;
            } catch (QueueException e) {
                if (e.isFinal()) {
                    return; // the queue is closed; the lease ends at the next startup
                }
                log.error(
                        "message {} cannot be put back into the queue; retrying in 5 s: {}",
                        claim.id(),
                        e.getMessage());
                pause(QUEUE_RETRY_DELAY);
            }
        }
    }

    /// If this mailbox is out of service, returns to its pools the messages that it has reserved, so that other
    /// mailboxes can send them.
    private void releaseIfOutOfService() {
        if (sender().claimScope().isInPool() && sender().failover().isOutOfService()) {
            queue.releaseToPools(sender().claimScope());
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
