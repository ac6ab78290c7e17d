package org.o365relay.alert;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.queue.AlertStore;
import org.o365relay.queue.QueueLoad;
import org.o365relay.time.RepeatingTask;
import org.o365relay.time.SteadyClock;

/// Raises and clears alerts on journal events and after checks of the queue, and sends the notifications by
/// email and webhook.
public final class Alerts implements AutoCloseable {

    private static final Duration MAX_SHUTDOWN = Duration.ofSeconds(2);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final int CHECKS_PER_QUEUE_CHECK = 6;

    private final ActiveAlerts activeAlerts;
    private final QueueMonitor queueMonitor;
    private final FailureMonitor failureMonitor;
    private final @Nullable Webhook webhook;
    private final RepeatingTask checks = new RepeatingTask("alerts", INTERVAL, INTERVAL, this::checkAll);
    private long rounds;

    /// @param store stores active alerts
    /// @param load load of the queue, checked for waiting messages, disk space and failures
    /// @param webhook webhook that receives alerts; null if none is configured
    /// @param journal journal in which alert emails and failures of the queue are recorded; must pass its events to
    ///     [#journal]
    public Alerts(
            AlertSettings settings,
            AlertStore store,
            QueueLoad load,
            AlertEmails emails,
            @Nullable Webhook webhook,
            Journal journal,
            SteadyClock clock) {
        this.webhook = webhook;
        this.activeAlerts = new ActiveAlerts(store, emails, this::post, journal, settings.delay(), clock);
        this.failureMonitor = new FailureMonitor(load, journal, clock);
        this.queueMonitor = new QueueMonitor(load, settings, activeAlerts, clock.calendar());
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

    /// @return the active alerts, for callers that raise and clear alerts directly, without a journal event
    public ActiveAlerts activeAlerts() {
        return activeAlerts;
    }

    /// @return the alerts of [ActiveAlerts#active]
    public List<Alert> active() {
        failureMonitor.check(); // a failure of the queue is reported at once
        return activeAlerts.active();
    }

    /// Starts checking conditions and sending notifications.
    public void start() {
        if (webhook != null) {
            webhook.start();
        }
        checks.start();
    }

    private void checkAll() {
        failureMonitor.check();
        if (rounds++ % CHECKS_PER_QUEUE_CHECK == 0) {
            queueMonitor.check();
        }
        check();
    }

    /// Sends the notifications that are due, without checking the queue.
    public void check() {
        activeAlerts.check();
    }

    /// Stops the checks and then the webhook; waits up to two seconds for each.
    @Override
    public void close() {
        checks.stop(MAX_SHUTDOWN);
        if (webhook != null) {
            webhook.close();
        }
    }
}
