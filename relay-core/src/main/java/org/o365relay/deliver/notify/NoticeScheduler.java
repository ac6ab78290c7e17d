package org.o365relay.deliver.notify;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.o365relay.journal.Journal;
import org.o365relay.queue.NoticeStore;
import org.o365relay.queue.QueueException;
import org.o365relay.time.RepeatingTask;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends delay notices and digests of suppressed notices. Checks every minute whether any are due.
public final class NoticeScheduler implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NoticeScheduler.class);

    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final Duration MAX_SHUTDOWN = Duration.ofSeconds(20);

    private final DelayNotifier delays;
    private final DigestSender digests;
    private final NoticePolicy policy;
    private final RepeatingTask task = new RepeatingTask("notices", Duration.ZERO, PAUSE, this::run);

    /// Calculates when a deferred message expires. All times are on the steady clock.
    @FunctionalInterface
    public interface MessageExpiry {
        Instant expiresAt(Instant countedFrom, Instant now);
    }

    /// @param senders all mailboxes; digests are sent from the first mailbox that can send
    public NoticeScheduler(
            NoticeStore notices,
            List<? extends NoticeMailbox> senders,
            NoticePolicy policy,
            MessageExpiry expiry,
            Journal journal,
            SteadyClock clock) {
        this.delays = new DelayNotifier(notices, senders, policy, expiry, journal, clock);
        this.digests = new DigestSender(notices, senders, policy, journal, clock);
        this.policy = policy;
    }

    /// Starts the loop.
    public void start() {
        task.start();
    }

    /// Sends the delay notices and digests that are due.
    public void run() {
        policy.limit().removeExpired();
        run("delay notices", delays::run);
        run("digests", digests::run);
    }

    private void run(String subject, Consumer<BooleanSupplier> sender) {
        try {
            sender.accept(() -> !task.isStopped());
        } catch (QueueException e) {
            log.warn("{} cannot be sent; retrying in a minute: {}", subject, e.getMessage());
        } catch (RuntimeException e) { // the other kind of notice must still be sent
            log.error("{} cannot be sent because of a bug; retrying in a minute; please report it", subject, e);
        }
    }

    /// Stops the loop, and waits up to 20 seconds for the notices being sent to reach the queue.
    @Override
    public void close() {
        task.stop(MAX_SHUTDOWN);
    }
}
