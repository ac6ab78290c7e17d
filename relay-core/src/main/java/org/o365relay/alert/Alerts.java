package org.o365relay.alert;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.queue.MessageQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The admin's alarm bell: the board, what feeds it and how it is heard.
public final class Alerts implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Alerts.class);
    private static final Duration TRY = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_END = Duration.ofSeconds(2);
    private static final long LOOK_SECONDS = 5;
    private static final int LOOKS_FOR_EACH_OF_QUEUE = 6;

    private final ActiveAlerts activeAlerts;
    private final QueueMonitor queueMonitor;
    private final @Nullable Webhook webhook;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile @Nullable Thread worker;

    /// @param queue remembers what was told
    /// @param messengers which mailboxes can send letters
    /// @param writers who writes the letters of a mailbox
    /// @param journal is told of letters
    /// @param http the way to the webhook
    /// @param relay its host name
    /// @param version of the program
    public Alerts(
            AlertSettings settings,
            MessageQueue queue,
            AlertMailboxes messengers,
            Function<EmailAddress, NoticeWriter> writers,
            Journal journal,
            HttpSettings http,
            String relay,
            String version,
            InstantSource clock) {
        WebhookSettings hook = settings.webhook();
        this.webhook = hook == null ? null : new Webhook(hook, https(http), PAUSE, relay, version);
        this.activeAlerts = new ActiveAlerts(
                queue, new AlertEmails(messengers, writers, clock), this::call, journal, settings.delay(), clock);
        this.queueMonitor = new QueueMonitor(queue, settings, activeAlerts, clock);
    }

    private static Https https(HttpSettings http) {
        return new Https(new HttpSettings(http.proxy(), http.trustedCertificates(), TRY, TRY));
    }

    private void call(AlertMessage bulletin) {
        if (webhook != null) {
            webhook.offer(bulletin);
        }
    }

    /// @return to be told of every event
    public Journal journal() {
        return new AlertJournal(activeAlerts);
    }

    /// @return where troubles are told of that are not in the journal
    public ActiveAlerts activeAlerts() {
        return activeAlerts;
    }

    /// @return what is wrong and has been told, oldest first
    public List<Alert> active() {
        return activeAlerts.active();
    }

    /// Begins to look and to tell.
    public void start() {
        if (webhook != null) {
            webhook.start();
        }
        worker = Thread.ofVirtual().name("alerts").start(this::work);
    }

    private void work() {
        try {
            for (long look = 0; !closed.await(LOOK_SECONDS, TimeUnit.SECONDS); look++) {
                check(look % LOOKS_FOR_EACH_OF_QUEUE == 0);
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt(); // it ends
        }
    }

    /// Tells what is due to be told, without looking at the queue.
    public void check() {
        activeAlerts.check();
    }

    private void check(boolean alsoAtQueue) {
        try {
            if (alsoAtQueue) {
                queueMonitor.check();
            }
            activeAlerts.check();
        } catch (RuntimeException e) { // the next look must come all the same
            log.error("the admin may not be told of what is wrong because of a bug; please report it", e);
        }
    }

    /// Lets the look in progress end.
    @Override
    public void close() {
        closed.countDown();
        Thread looking = worker;
        if (looking != null) {
            try {
                looking.join(LONGEST_END);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (webhook != null) {
            webhook.close();
        }
    }
}
