package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.o365relay.alert.AlertCondition.Reporting;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.queue.AlertStore;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.StoredAlert;
import org.o365relay.time.SteadyClock;
import org.o365relay.time.SteadyClock.Reading;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tracks the active alerts. The admin is notified once when a condition has lasted for the configured delay
/// (or for the delay that the condition specifies), and once when it has been over for the configured delay. A
/// condition that flaps within the delay therefore causes no further notifications. Alerts that were reported
/// are stored in the queue and survive restarts.
///
/// [#raise] and [#clear] never block and may be called by any thread. One thread calls [#check], which sends
/// the notifications.
public final class ActiveAlerts {

    private static final Logger log = LoggerFactory.getLogger(ActiveAlerts.class);

    private final AlertStore queue;
    private final AlertEmails emails;
    private final Consumer<AlertMessage> channels;
    private final Supplier<Optional<AlertMailer>> mailers;
    private final Journal journal;
    private final SteadyClock clock;
    private final Map<String, AlertState> alerts = new ConcurrentHashMap<>();
    private final Set<String> unsaved = new HashSet<>(); // used only by the thread that calls check()
    private final Set<String> withMailer = ConcurrentHashMap.newKeySet(); // the mailer has not finished
    private volatile Duration delay;
    private final Set<String> mailed = ConcurrentHashMap.newKeySet(); // by the mailer; not stored yet

    /// Restores the alerts stored before a restart. An alert that is not raised again within
    /// [AlertTexts#restoredAlertTimeout] is cleared.
    ///
    /// @param channels receives every notification; must not block
    /// @param mailers supplies the mailer that sends the emails while no mailbox can send or the queue cannot
    ///     be written; empty for none
    /// @param delay how long a condition must last before it is reported, unless it specifies its own delay,
    ///     and how long it must be over before its end is reported
    ActiveAlerts(
            AlertStore queue,
            AlertEmails emails,
            Consumer<AlertMessage> channels,
            Supplier<Optional<AlertMailer>> mailers,
            Journal journal,
            Duration delay,
            SteadyClock clock) {
        this.queue = queue;
        this.emails = emails;
        this.channels = channels;
        this.mailers = mailers;
        this.journal = journal;
        this.delay = delay;
        this.clock = clock;
        Instant now = clock.instant();
        for (StoredAlert alert : queue.active()) {
            alerts.put(alert.name(), AlertState.of(alert, AlertTexts.restoredAlertTimeout(alert.name()), now));
        }
    }

    /// Changes the delay, also for conditions that already exist.
    void use(Duration nextDelay) {
        delay = nextDelay;
    }

    /// Raises an alert, or updates it if it is active.
    public void raise(AlertCondition condition) {
        Reading now = clock.reading();
        alerts.compute(
                condition.name(),
                (_, state) -> state == null ? AlertState.of(condition, now) : state.detectedAgain(condition, now));
    }

    /// Clears the alert of this name. Does nothing if it is not active.
    public void clear(String name) {
        Instant now = clock.instant();
        alerts.computeIfPresent(name, (_, state) -> state.ended(now));
    }

    /// Clears the alerts whose names begin with the prefix, except those in `names`.
    public void clearOthers(String prefix, List<String> names) {
        alerts.keySet().stream()
                .filter(name -> name.startsWith(prefix) && !names.contains(name))
                .forEach(this::clear);
    }

    /// @return the alerts that the admin was notified of, or that have no delay, and whose condition lasts, or
    ///     was reported before a restart and is not known to be over; oldest first
    public List<Alert> active() {
        Instant now = clock.instant();
        return alerts.values().stream()
                .filter(state -> state.isActive(now))
                .map(AlertState::shown)
                .sorted(Comparator.comparing(Alert::since).thenComparing(Alert::name))
                .toList();
    }

    /// Sends the notifications that are due.
    void check() {
        for (String name : List.copyOf(alerts.keySet())) {
            try {
                check(name);
                unsaved.remove(name);
            } catch (QueueException e) {
                mailWithoutQueue(name);
                if (!unsaved.add(name)) {
                    continue; // logged already
                }
                log.warn("cannot store the alert \"{}\" in the queue, retrying: {}", name, e.getMessage());
            }
        }
    }

    private void check(String name) {
        AlertState state = alerts.get(name);
        Instant now = clock.instant();
        Instant cleared = state == null ? null : state.clearedAt(now);
        if (state == null) {
            return; // removed in the meantime
        }
        if (cleared == null) {
            if (state.isDue(delay, now)) {
                reportRaised(state);
            } else if (mailed.contains(name)) {
                store(state, Optional.empty(), true);
                mailed.remove(name);
            } else if (state.stored() && !state.mailed() && state.condition().reporting() != Reporting.RESTORED) {
                sendEmailLater(state);
            }
        } else if (!state.announced()) {
            alerts.remove(name, state);
        } else if (!cleared.plus(delay).isAfter(now)) {
            reportCleared(state, cleared);
        }
    }

    private void reportRaised(AlertState state) {
        String name = state.condition().name();
        if (!state.announced()) {
            channels.accept(state.raised());
            if (state.condition().reporting() == Reporting.NONE) {
                log.warn(
                        "{}: {}", state.condition().subject(), state.condition().text());
            }
            alerts.computeIfPresent(name, (_, latest) -> latest.announced(true));
        }
        boolean mailedElsewhere = state.mailed() || state.condition().reporting() == Reporting.LOGGED_AND_MAILED;
        Optional<LocalMessage> email =
                mailedElsewhere ? Optional.empty() : emails.write(state.raised(), state.condition());
        store(state, email, mailedElsewhere || email.isPresent());
        if (!mailedElsewhere && email.isEmpty()) {
            mailWithoutQueue(name);
        }
    }

    /// Sends the email for an alert that was raised while no mailbox could send: through a mailbox if one can
    /// send now, otherwise through the mailer if it has not done so.
    private void sendEmailLater(AlertState state) {
        emails.write(state.raised(), state.condition())
                .ifPresentOrElse(
                        email -> store(state, Optional.of(email), true),
                        () -> mailWithoutQueue(state.condition().name()));
    }

    /// Sends the email through the mailer, unless it has already been sent or is sent elsewhere, the mailer
    /// already has it, or the alert has been cleared.
    private void mailWithoutQueue(String name) {
        AlertState state = alerts.get(name);
        AlertMailer mailer = mailers.get().orElse(null);
        if (mailer != null
                && state != null
                && needsEmail(name)
                && state.condition().reporting() != Reporting.LOGGED_AND_MAILED
                && withMailer.add(name)) {
            mailer.offer(state.raised(), () -> needsEmail(name), sent -> finished(name, sent));
        }
    }

    /// Passes an email about an alert to the mailer, if there is one and no mailbox can send the email to the
    /// admin.
    ///
    /// @param affected mailbox that the email is about
    /// @param done called once, on another thread, with true if the email was sent; not called if this method
    ///     returns false
    /// @return whether the email was passed to the mailer
    public boolean mailDirectly(Alert alert, EmailAddress affected, Consumer<Boolean> done) {
        Optional<AlertMailer> mailer = emails.canReachAdmin(affected) ? Optional.empty() : mailers.get();
        mailer.ifPresent(present ->
                present.offer(new AlertMessage(alert, false, clock.calendar().instant(), true), () -> true, done));
        return mailer.isPresent();
    }

    private boolean needsEmail(String name) {
        AlertState state = alerts.get(name);
        return state != null && !state.mailed() && state.clearedAt(clock.instant()) == null;
    }

    /// Called by the thread of the mailer.
    private void finished(String name, boolean sent) {
        if (sent) {
            alerts.computeIfPresent(name, (_, state) -> state.withEmail());
            mailed.add(name);
        }
        withMailer.remove(name);
    }

    private void store(AlertState state, Optional<LocalMessage> email, boolean mailed) {
        queue.raise(state.toStoredAlert(mailed), email.orElse(null))
                .ifPresent(id -> email.ifPresent(
                        sent -> journal.record(new Accepted(id, sent.arrival(), sent.envelope(), sent.size()))));
        alerts.compute(
                state.condition().name(),
                (_, latest) -> (latest == null ? state : latest).announced(true).stored(mailed));
    }

    private void reportCleared(AlertState state, Instant at) {
        AlertMessage message = state.cleared(clock.toCalendar(at));
        AlertMailer mailer = mailers.get().orElse(null);
        boolean waits = !emails.canSend(state.condition().mailbox());
        Optional<LocalMessage> email =
                waits && mailer != null ? Optional.empty() : emails.write(message, state.condition());
        queue.clear(state.condition().name(), email.orElse(null))
                .ifPresent(id -> email.ifPresent(
                        sent -> journal.record(new Accepted(id, sent.arrival(), sent.envelope(), sent.size()))));
        channels.accept(message);
        mailed.remove(state.condition().name());
        if (email.isEmpty() && mailer != null) {
            mailer.offer(message, () -> true, _ -> {});
        }
        if (state.condition().reporting() == Reporting.NONE || state.condition().reporting() == Reporting.RESTORED) {
            log.info("resolved: {}", state.condition().subject());
        }
        Instant now = clock.instant();
        // a condition that was raised again in the meantime is a new alert
        alerts.computeIfPresent(
                state.condition().name(),
                (_, latest) -> latest.clearedAt(now) == null
                        ? AlertState.of(latest.condition(), new Reading(latest.seen(), clock.toCalendar(latest.seen())))
                        : null);
    }
}
