package org.o365relay.deliver;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.queue.NoticeStore;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sends delay notices and digests of suppressed notices; checks every minute what is due.
public final class NoticeScheduler implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NoticeScheduler.class);

    private final DelayNotifier delays;
    private final DigestSender digests;
    private final NoticePolicy policy;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Thread thread;

    /// @param senders the senders of all mailboxes
    public NoticeScheduler(
            NoticeStore notices,
            List<MailboxSender> senders,
            NoticePolicy policy,
            RetrySchedule retry,
            Journal journal,
            InstantSource clock) {
        this.delays = new DelayNotifier(notices, senders, policy, retry, journal, clock);
        this.digests = new DigestSender(notices, senders, policy, journal, clock);
        this.policy = policy;
    }

    /// Starts the loop.
    public void start() {
        thread = Thread.ofVirtual().name("notices").start(this::loop);
    }

    private void loop() {
        try {
            do {
                run();
            } while (!closed.await(1, TimeUnit.MINUTES));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // the loop ends
        }
    }

    /// Sends what is due.
    void run() {
        policy.limit().removeExpired();
        run("delay notices", delays::run);
        run("digests", digests::run);
    }

    private void run(String subject, Consumer<BooleanSupplier> task) {
        try {
            task.accept(() -> closed.getCount() > 0);
        } catch (QueueException e) {
            log.warn("{} cannot be sent; retrying in a minute: {}", subject, e.getMessage());
        } catch (RuntimeException e) { // the other kind of notice must still be sent
            log.error("{} cannot be sent because of a bug; retrying in a minute; please report it", subject, e);
        }
    }

    /// Stops the loop and waits until the notices being sent are in the queue.
    @Override
    public void close() {
        closed.countDown();
        try {
            if (thread != null) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
