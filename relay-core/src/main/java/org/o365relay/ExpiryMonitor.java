package org.o365relay;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.o365relay.alert.ActiveAlerts;
import org.o365relay.alert.Alert;
import org.o365relay.alert.AlertCondition;
import org.o365relay.alert.AlertCondition.Reporting;
import org.o365relay.alert.AlertEmails;
import org.o365relay.alert.AlertKind;
import org.o365relay.identity.Expiry;
import org.o365relay.identity.TokenException;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.Expiring;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.notice.AdminWarning;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.OneTimeAlerts;
import org.o365relay.queue.QueueException;
import org.o365relay.time.BuildTime;
import org.o365relay.time.RepeatingTask;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Warns of credentials and certificates that expire soon or have expired. Records a journal event and emails
/// the admin when no more than 30, 14, 7 and 1 days are left, and again after the expiry. Each of these
/// warnings is sent only once, even if the relay restarts. Also raises an alert, which is emailed only when it
/// is cleared. Checks nothing while the system clock shows a time before the build.
final class ExpiryMonitor implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ExpiryMonitor.class);
    private static final List<Integer> DAYS_AHEAD = List.of(1, 7, 14, 30);
    private static final int EXPIRED = 0;
    private static final String ALERT = AlertKind.EXPIRING.key() + " ";
    private static final Duration INTERVAL = Duration.ofHours(1);
    private static final Duration MAX_SHUTDOWN = Duration.ofSeconds(2);

    private final List<ExpirySource> sources;
    private final AlertEmails emails;
    private final OneTimeAlerts oneTimeAlerts;
    private final ActiveAlerts alerts;
    private final Journal journal;
    private final SteadyClock clock;
    private final Set<String> logged = ConcurrentHashMap.newKeySet();
    private final Set<String> mailing = ConcurrentHashMap.newKeySet(); // the mailer has not finished
    private final RepeatingTask checks = new RepeatingTask("expiry-monitor", Duration.ZERO, INTERVAL, this::check);

    ExpiryMonitor(
            List<ExpirySource> sources,
            AlertEmails emails,
            OneTimeAlerts oneTimeAlerts,
            ActiveAlerts alerts,
            Journal journal,
            SteadyClock clock) {
        this.sources = sources;
        this.emails = emails;
        this.oneTimeAlerts = oneTimeAlerts;
        this.alerts = alerts;
        this.journal = journal;
        this.clock = clock;
    }

    void start() {
        checks.start();
    }

    /// Sends the warnings that are due, and raises and clears the alerts.
    void check() {
        if (!BuildTime.isPlausible(clock.calendar().instant())) {
            return;
        }
        List<String> raised = new ArrayList<>();
        boolean isComplete = true;
        for (ExpirySource source : sources) {
            isComplete &= check(source, raised);
        }
        if (isComplete) {
            alerts.clearOthers(ALERT, raised);
        }
    }

    /// @param raised list to which the name of the alert is added, if one is raised
    /// @return whether the check succeeded
    private boolean check(ExpirySource source, List<String> raised) {
        try {
            Optional<Expiry> expiry = source.lookup().expiry();
            expiry.flatMap(found -> report(source.mailbox(), found)).ifPresent(raised::add);
            return true;
        } catch (TokenException e) {
            log.debug(
                    "cannot determine when the credential of {} expires: sign-in failed: {}",
                    source.mailbox(),
                    e.getMessage());
        } catch (QueueException e) {
            log.warn("the expiry warning cannot be queued; retrying in an hour: {}", e.getMessage());
        } catch (RuntimeException e) { // the other credentials must still be checked
            log.error("cannot determine when the credential of {} expires; retrying in an hour", source.mailbox(), e);
        }
        return false;
    }

    /// @return the name of the alert; empty if the expiry is more than 30 days away
    private Optional<String> report(EmailAddress mailbox, Expiry expiry) {
        ExpiryAlertText text = new ExpiryAlertText(mailbox, expiry);
        long daysLeft = text.daysLeft(clock.calendar().instant());
        Optional<Integer> threshold = daysLeft <= 0
                ? Optional.of(EXPIRED)
                : DAYS_AHEAD.stream().filter(days -> daysLeft <= days).findFirst();
        return threshold.map(days -> {
            notifyOnce(text, daysLeft, days);
            return raise(text, daysLeft);
        });
    }

    private String raise(ExpiryAlertText text, long daysLeft) {
        Expiry expiry = text.expiry();
        String name = ALERT + expiry.kind() + " " + expiry.name() + " " + expiry.at();
        alerts.raise(new AlertCondition(
                name,
                text.subject(daysLeft),
                text.consequence(daysLeft),
                text.advice(),
                text.mailbox(),
                null,
                null,
                Reporting.LOGGED_AND_MAILED));
        return name;
    }

    private void notifyOnce(ExpiryAlertText text, long daysLeft, int threshold) {
        Expiry expiry = text.expiry();
        // the name omits the mailbox, because several mailboxes may share a credential
        String name = ALERT + expiry.kind() + " " + expiry.name() + " " + expiry.at() + " " + threshold;
        if (oneTimeAlerts.sentAt(name).isPresent()) {
            return;
        }
        if (!mailing.add(name)) {
            return; // the mailer has not finished
        }
        if (logged.add(name)) {
            journal.record(new Expiring(text.item(), expiry.at(), daysLeft, text.advice()));
        }
        Alert alert = new Alert(
                name, clock.calendar().instant(), text.subject(daysLeft), text.consequence(daysLeft), text.advice());
        if (alerts.mailDirectly(alert, text.mailbox(), sent -> mailed(name, sent))) {
            return;
        }
        mailing.remove(name);
        AdminWarning warning = new AdminWarning(
                "expiring." + Long.toHexString(name.hashCode() & 0xffff_ffffL) + "." + threshold,
                text.subject(daysLeft),
                List.of(text.consequence(daysLeft), "What to do: " + text.advice()));
        Instant now = clock.instant();
        emails.write(warning, text.mailbox())
                .ifPresentOrElse(email -> send(name, email, now), () -> oneTimeAlerts.recordSent(name, now));
    }

    /// Called by the thread of the mailer. If the email was not sent, the next check tries again.
    private void mailed(String name, boolean sent) {
        try {
            if (sent) {
                oneTimeAlerts.recordSent(name, clock.instant());
            }
        } catch (QueueException e) {
            log.warn(
                    "the email about {} was sent, which cannot be recorded in the queue; it will be sent again: {}",
                    name,
                    e.getMessage());
        } finally {
            mailing.remove(name);
        }
    }

    private void send(String name, LocalMessage email, Instant now) {
        QueueId id = oneTimeAlerts.recordSent(name, now, email);
        journal.record(new Accepted(id, email.arrival(), email.envelope(), email.size()));
    }

    @Override
    public void close() {
        checks.stop(MAX_SHUTDOWN);
    }
}
