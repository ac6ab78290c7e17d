package org.o365relay.alert;

import java.time.Duration;
import java.util.List;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.net.HttpSettings;
import org.o365relay.queue.AlertStore;
import org.o365relay.queue.QueueLoad;
import org.o365relay.time.RepeatingTask;
import org.o365relay.time.SteadyClock;

/// Raises and clears alerts on journal events and after checks of the queue, and sends the notifications.
public final class Alerts implements AutoCloseable {

    private static final Duration MAX_SHUTDOWN = Duration.ofSeconds(2);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final int CHECKS_PER_QUEUE_CHECK = 6;

    private final ActiveAlerts activeAlerts;
    private final QueueLoad load;
    private final SteadyClock clock;
    private final FailureMonitor failureMonitor;
    private final FailoverMonitor failoverMonitor;
    private final AlertChannels channels;
    private final RepeatingTask checks = new RepeatingTask("alerts", INTERVAL, INTERVAL, this::checkAll);
    private volatile QueueMonitor queueMonitor;
    private long rounds;

    /// @param store stores active alerts
    /// @param load load of the queue, checked for waiting messages, disk space and failures
    /// @param channels the channels besides emails through a mailbox; closed with this object
    /// @param journal journal in which alert emails and failures of the queue are recorded; must pass its
    ///     events to [#journal]
    public Alerts(
            AlertSettings settings,
            AlertStore store,
            QueueLoad load,
            AlertEmails emails,
            AlertChannels channels,
            Journal journal,
            SteadyClock clock) {
        this.channels = channels;
        this.load = load;
        this.clock = clock;
        this.activeAlerts =
                new ActiveAlerts(store, emails, channels::offer, channels::mailer, journal, settings.delay(), clock);
        this.failoverMonitor = new FailoverMonitor(emails.mailboxes(), activeAlerts);
        this.failureMonitor = new FailureMonitor(load, journal, clock);
        this.queueMonitor = new QueueMonitor(load, settings, activeAlerts, clock.calendar());
    }

    /// @return channels with these settings, for [#use]
    /// @throws java.io.UncheckedIOException if the trusted certificates of the SMTP server cannot be read
    /// @throws IllegalArgumentException if the file of trusted certificates contains none
    public AlertChannels.Prepared prepare(AlertSettings settings, HttpSettings http, String relay) {
        return channels.prepare(settings.channels(), http, relay);
    }

    /// Changes the settings and the channels. Active alerts stay active; the new thresholds apply at the next
    /// check.
    public void use(AlertSettings settings, AlertChannels.Prepared nextChannels) {
        channels.use(nextChannels);
        activeAlerts.use(settings.delay());
        queueMonitor = new QueueMonitor(load, settings, activeAlerts, clock.calendar());
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
        failoverMonitor.check(); // so that the alerts agree with the state of the mailboxes
        return activeAlerts.active();
    }

    /// Clears the alerts about a mailbox that is no longer configured.
    public void forget(EmailAddress mailbox) {
        activeAlerts.clear(AlertKind.MAILBOX_BLOCKED.alertName(mailbox));
        activeAlerts.clear(AlertKind.UNREACHABLE.alertName(mailbox));
    }

    /// Starts checking conditions and sending notifications.
    public void start() {
        channels.start();
        checks.start();
    }

    private void checkAll() {
        failureMonitor.check();
        failoverMonitor.check();
        if (rounds++ % CHECKS_PER_QUEUE_CHECK == 0) {
            queueMonitor.check();
        }
        check();
    }

    /// Sends the notifications that are due, without checking the queue.
    public void check() {
        activeAlerts.check();
    }

    /// Stops the checks and then the channels; waits up to two seconds for each.
    @Override
    public void close() {
        checks.stop(MAX_SHUTDOWN);
        channels.close();
    }
}
