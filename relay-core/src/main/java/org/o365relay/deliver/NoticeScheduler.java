package org.o365relay.deliver;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks every minute who has to be told something that no delivery brings: that a message waits, or what was
/// withheld.
public final class NoticeScheduler implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(NoticeScheduler.class);

    private final DelayNotifier delays;
    private final DigestSender digests;
    private final NoticePolicy policy;
    private final CountDownLatch closed = new CountDownLatch(1);
    private @Nullable Thread thread;

    /// @param lanes of all mailboxes
    public NoticeScheduler(
            MessageQueue queue,
            List<MailboxSender> lanes,
            NoticePolicy desk,
            RetrySchedule retry,
            Journal journal,
            InstantSource clock) {
        this.delays = new DelayNotifier(queue, lanes, desk, retry, journal, clock);
        this.digests = new DigestSender(queue, lanes, desk, journal, clock);
        this.policy = desk;
    }

    /// Begins to look.
    public void start() {
        thread = Thread.ofVirtual().name("notice-watch").start(this::loop);
    }

    private void loop() {
        try {
            do {
                run();
            } while (!closed.await(1, TimeUnit.MINUTES));
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // it ends
        }
    }

    /// Tells what is due to be told.
    void run() {
        policy.limit().removeExpired();
        run("delays", delays::run);
        run("digests", digests::run);
    }

    private void run(String what, Consumer<BooleanSupplier> looking) {
        try {
            looking.accept(() -> closed.getCount() > 0);
        } catch (QueueException e) {
            log.warn("nobody can be told of {}, trying again in a minute: {}", what, e.getMessage());
        } catch (RuntimeException e) { // the other must be looked at all the same
            log.error("nobody can be told of {} because of a bug, trying again in a minute; please report it", what, e);
        }
    }

    /// Ends when the letters being written are.
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
