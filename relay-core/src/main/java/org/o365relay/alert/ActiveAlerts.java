package org.o365relay.alert;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.o365relay.alert.AlertCondition.Reporting;
import org.o365relay.journal.Journal;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.StoredAlert;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is wrong just now. Each trouble is told once when it has lasted for a while, and once when it has
/// been over for a while; so what comes and goes in between is not told anew. What was told is remembered
/// over restarts.
///
/// [#raise] and [#clear] block nobody and may be called by any thread; [#check] does the telling, by one
/// thread.
public final class ActiveAlerts {

    private static final Logger log = LoggerFactory.getLogger(ActiveAlerts.class);

    private final MessageQueue queue;
    private final AlertEmails emails;
    private final Consumer<AlertMessage> webhook;
    private final Journal journal;
    private final Duration delay;
    private final InstantSource clock;
    private final Map<String, AlertState> alerts = new ConcurrentHashMap<>();
    private final Set<String> unsaved = new HashSet<>(); // of the looking thread

    /// With what was told before a restart; it is over if nobody finds it again soon.
    ///
    /// @param webhook must not block
    /// @param delay how long a trouble has to last before it is told, and to be over before that is told
    ActiveAlerts(
            MessageQueue queue,
            AlertEmails letters,
            Consumer<AlertMessage> webhook,
            Journal journal,
            Duration after,
            InstantSource clock) {
        this.queue = queue;
        this.emails = letters;
        this.webhook = webhook;
        this.journal = journal;
        this.delay = after;
        this.clock = clock;
        Instant now = clock.instant();
        for (StoredAlert alert : queue.activeAlerts()) {
            alerts.put(alert.name(), AlertState.of(alert, AlertTexts.remembered(alert.name()), now));
        }
    }

    /// Something is wrong; once more, if it was already.
    public void raise(AlertCondition trouble) {
        Instant now = clock.instant();
        alerts.compute(
                trouble.name(), (_, known) -> known == null ? AlertState.of(trouble, now) : known.seenAgain(trouble, now));
    }

    /// It is right again. Nothing happens if it was not wrong.
    ///
    /// @param name of the trouble
    public void clear(String name) {
        Instant now = clock.instant();
        alerts.computeIfPresent(name, (_, known) -> known.ended(now));
    }

    /// Clears every trouble whose name begins like this and that is not among those named.
    public void clearOthers(String beginning, List<String> names) {
        alerts.keySet().stream()
                .filter(name -> name.startsWith(beginning) && !names.contains(name))
                .forEach(this::clear);
    }

    /// @return what is wrong and has been told, oldest first
    public List<Alert> active() {
        return alerts.values().stream()
                .filter(known -> known.stored() || known.announced())
                .map(AlertState::alert)
                .sorted(Comparator.comparing(Alert::since).thenComparing(Alert::name))
                .toList();
    }

    /// Tells what is due to be told.
    void check() {
        for (String name : List.copyOf(alerts.keySet())) {
            try {
                check(name);
                unsaved.remove(name);
            } catch (QueueException e) {
                if (!unsaved.add(name)) {
                    continue; // the log knows
                }
                log.warn("the queue cannot remember that the admin is told of \"{}\": {}", name, e.getMessage());
            }
        }
    }

    private void check(String name) {
        AlertState known = alerts.get(name);
        Instant now = clock.instant();
        Instant over = known == null ? null : known.clearedAt(now);
        if (known == null) {
            return; // over before it was told, meanwhile
        }
        if (over == null) {
            if (known.isDue(delay, now)) {
                begun(known);
            } else if (known.stored() && !known.mailed() && known.condition().reporting() != Reporting.RESTORED) {
                mailLate(known);
            }
        } else if (!known.announced()) {
            alerts.remove(name, known);
        } else if (!over.plus(delay).isAfter(now)) {
            over(known, over);
        }
    }

    private void begun(AlertState known) {
        String name = known.condition().name();
        if (!known.announced()) {
            webhook.accept(known.raised());
            if (known.condition().reporting() == Reporting.NONE) {
                log.warn("{}: {}", known.condition().subject(), known.condition().text());
            }
            alerts.computeIfPresent(name, (_, latest) -> latest.announced(true));
        }
        boolean elsewhere = known.condition().reporting() == Reporting.LOGGED_AND_MAILED;
        Optional<LocalMessage> letter = elsewhere ? Optional.empty() : emails.write(known.raised(), known.condition());
        remember(known, letter, elsewhere || letter.isPresent());
    }

    /// There was no mailbox open when it was told.
    private void mailLate(AlertState known) {
        emails.write(known.raised(), known.condition()).ifPresent(letter -> remember(known, Optional.of(letter), true));
    }

    private void remember(AlertState known, Optional<LocalMessage> letter, boolean mailed) {
        queue.raiseAlert(known.toStoredAlert(mailed), letter.orElse(null))
                .ifPresent(id ->
                        letter.ifPresent(sent -> journal.accepted(id, sent.arrival(), sent.envelope(), sent.size())));
        alerts.compute(
                known.condition().name(),
                (_, latest) -> (latest == null ? known : latest).announced(true).stored(mailed));
    }

    private void over(AlertState known, Instant at) {
        AlertMessage bulletin = known.cleared(at);
        Optional<LocalMessage> letter = emails.write(bulletin, known.condition());
        queue.clearAlert(known.condition().name(), letter.orElse(null))
                .ifPresent(id ->
                        letter.ifPresent(sent -> journal.accepted(id, sent.arrival(), sent.envelope(), sent.size())));
        webhook.accept(bulletin);
        if (known.condition().reporting() == Reporting.NONE || known.condition().reporting() == Reporting.RESTORED) {
            log.info("over: {}", known.condition().subject());
        }
        Instant now = clock.instant();
        // what has come back this very moment is a trouble of its own
        alerts.computeIfPresent(
                known.condition().name(),
                (_, latest) -> latest.clearedAt(now) == null ? AlertState.of(latest.condition(), latest.seen()) : null);
    }
}
