package org.o365relay.alert;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.net.HttpSettings;
import org.o365relay.net.Https;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.queue.AlertStore;
import org.o365relay.queue.QueueLoad;
import org.o365relay.time.RepeatingTask;

/// Runs the alerts: feeds [ActiveAlerts] from the journal and the queue, and sends its notifications by email
/// and webhook.
public final class Alerts implements AutoCloseable {

    private static final Duration WEBHOOK_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration WEBHOOK_RETRY = Duration.ofSeconds(5);
    private static final Duration MAX_SHUTDOWN = Duration.ofSeconds(2);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final int CHECKS_PER_QUEUE_CHECK = 6;

    private final ActiveAlerts activeAlerts;
    private final QueueMonitor queueMonitor;
    private final @Nullable Webhook webhook;
    private final RepeatingTask checks = new RepeatingTask("alerts", INTERVAL, INTERVAL, this::checkAll);
    private long rounds;

    /// @param store stores active alerts
    /// @param load checked for messages that wait too long, and for free space
    /// @param mailboxes chooses the sender of alert emails
    /// @param writers the notice writer of each mailbox
    /// @param journal records alert emails as accepted
    /// @param http proxy and certificates for the webhook
    /// @param relay host name of the relay
    /// @param version version of the program
    public Alerts(
            AlertSettings settings,
            AlertStore store,
            QueueLoad load,
            AlertMailboxes mailboxes,
            Function<EmailAddress, NoticeWriter> writers,
            Journal journal,
            HttpSettings http,
            String relay,
            String version,
            InstantSource clock) {
        WebhookSettings hook = settings.webhook();
        this.webhook = hook == null ? null : new Webhook(hook, https(http), WEBHOOK_RETRY, relay, version);
        this.activeAlerts = new ActiveAlerts(
                store, new AlertEmails(mailboxes, writers, clock), this::post, journal, settings.delay(), clock);
        this.queueMonitor = new QueueMonitor(load, settings, activeAlerts, clock);
    }

    private static Https https(HttpSettings http) {
        return new Https(new HttpSettings(http.proxy(), http.trustedCertificates(), WEBHOOK_TIMEOUT, WEBHOOK_TIMEOUT));
    }

    private void post(AlertMessage message) {
        if (webhook != null) {
            webhook.offer(message);
        }
    }

    /// @return the journal that raises and clears alerts
    public Journal journal() {
        return new AlertJournal(activeAlerts);
    }

    /// @return raises and clears alerts for conditions that have no journal event
    public ActiveAlerts activeAlerts() {
        return activeAlerts;
    }

    /// @return the alerts that the admin was notified of, oldest first
    public List<Alert> active() {
        return activeAlerts.active();
    }

    /// Starts checking and notifying.
    public void start() {
        if (webhook != null) {
            webhook.start();
        }
        checks.start();
    }

    private void checkAll() {
        if (rounds++ % CHECKS_PER_QUEUE_CHECK == 0) {
            queueMonitor.check();
        }
        check();
    }

    /// Sends the notifications that are due, without checking the queue.
    public void check() {
        activeAlerts.check();
    }

    /// Stops checking; waits up to two seconds for a check in progress.
    @Override
    public void close() {
        checks.stop(MAX_SHUTDOWN);
        if (webhook != null) {
            webhook.close();
        }
    }
}
