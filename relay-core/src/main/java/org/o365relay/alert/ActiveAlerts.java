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
import org.o365relay.alert.AlertCondition.Known;
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
/// [#raise] and [#clear] block nobody and may be called by any thread; [#look] does the telling, by one
/// thread.
public final class ActiveAlerts {

    private static final Logger log = LoggerFactory.getLogger(ActiveAlerts.class);

    private final MessageQueue queue;
    private final AlertEmails letters;
    private final Consumer<AlertMessage> webhook;
    private final Journal journal;
    private final Duration after;
    private final InstantSource clock;
    private final Map<String, AlertState> standing = new ConcurrentHashMap<>();
    private final Set<String> unwritten = new HashSet<>(); // of the looking thread

    /// With what was told before a restart; it is over if nobody finds it again soon.
    ///
    /// @param webhook must not block
    /// @param after how long a trouble has to last before it is told, and to be over before that is told
    ActiveAlerts(
            MessageQueue queue,
            AlertEmails letters,
            Consumer<AlertMessage> webhook,
            Journal journal,
            Duration after,
            InstantSource clock) {
        this.queue = queue;
        this.letters = letters;
        this.webhook = webhook;
        this.journal = journal;
        this.after = after;
        this.clock = clock;
        Instant now = clock.instant();
        for (StoredAlert alert : queue.standingAlerts()) {
            standing.put(alert.name(), AlertState.of(alert, AlertTexts.remembered(alert.name()), now));
        }
    }

    /// Something is wrong; once more, if it was already.
    public void raise(AlertCondition trouble) {
        Instant now = clock.instant();
        standing.compute(
                trouble.name(), (_, known) -> known == null ? AlertState.of(trouble, now) : known.again(trouble, now));
    }

    /// It is right again. Nothing happens if it was not wrong.
    ///
    /// @param name of the trouble
    public void clear(String name) {
        Instant now = clock.instant();
        standing.computeIfPresent(name, (_, known) -> known.ended(now));
    }

    /// Clears every trouble whose name begins like this and that is not among those named.
    public void clearOthers(String beginning, List<String> names) {
        standing.keySet().stream()
                .filter(name -> name.startsWith(beginning) && !names.contains(name))
                .forEach(this::clear);
    }

    /// @return what is wrong and has been told, oldest first
    public List<Alert> active() {
        return standing.values().stream()
                .filter(known -> known.told() || known.called())
                .map(AlertState::alert)
                .sorted(Comparator.comparing(Alert::since).thenComparing(Alert::name))
                .toList();
    }

    /// Tells what is due to be told.
    void look() {
        for (String name : List.copyOf(standing.keySet())) {
            try {
                look(name);
                unwritten.remove(name);
            } catch (QueueException e) {
                if (!unwritten.add(name)) {
                    continue; // the log knows
                }
                log.warn("the queue cannot remember that the admin is told of \"{}\": {}", name, e.getMessage());
            }
        }
    }

    private void look(String name) {
        AlertState known = standing.get(name);
        Instant now = clock.instant();
        Instant over = known == null ? null : known.overSince(now);
        if (known == null) {
            return; // over before it was told, meanwhile
        }
        if (over == null) {
            if (known.isDue(after, now)) {
                begun(known);
            } else if (known.told() && !known.mailed() && known.trouble().known() != Known.REMEMBERED) {
                mailLate(known);
            }
        } else if (!known.called()) {
            standing.remove(name, known);
        } else if (!over.plus(after).isAfter(now)) {
            over(known, over);
        }
    }

    private void begun(AlertState known) {
        String name = known.trouble().name();
        if (!known.called()) {
            webhook.accept(known.begun());
            if (known.trouble().known() == Known.NOWHERE) {
                log.warn("{}: {}", known.trouble().subject(), known.trouble().text());
            }
            standing.computeIfPresent(name, (_, latest) -> latest.called(true));
        }
        boolean elsewhere = known.trouble().known() == Known.LETTER;
        Optional<LocalMessage> letter = elsewhere ? Optional.empty() : letters.write(known.begun(), known.trouble());
        remember(known, letter, elsewhere || letter.isPresent());
    }

    /// There was no mailbox open when it was told.
    private void mailLate(AlertState known) {
        letters.write(known.begun(), known.trouble()).ifPresent(letter -> remember(known, Optional.of(letter), true));
    }

    private void remember(AlertState known, Optional<LocalMessage> letter, boolean mailed) {
        queue.stand(known.remembered(mailed), letter.orElse(null))
                .ifPresent(id ->
                        letter.ifPresent(sent -> journal.accepted(id, sent.arrival(), sent.envelope(), sent.size())));
        standing.compute(
                known.trouble().name(),
                (_, latest) -> (latest == null ? known : latest).called(true).told(mailed));
    }

    private void over(AlertState known, Instant at) {
        AlertMessage bulletin = known.over(at);
        Optional<LocalMessage> letter = letters.write(bulletin, known.trouble());
        queue.lift(known.trouble().name(), letter.orElse(null))
                .ifPresent(id ->
                        letter.ifPresent(sent -> journal.accepted(id, sent.arrival(), sent.envelope(), sent.size())));
        webhook.accept(bulletin);
        if (known.trouble().known() == Known.NOWHERE || known.trouble().known() == Known.REMEMBERED) {
            log.info("over: {}", known.trouble().subject());
        }
        Instant now = clock.instant();
        // what has come back this very moment is a trouble of its own
        standing.computeIfPresent(
                known.trouble().name(),
                (_, latest) -> latest.overSince(now) == null ? AlertState.of(latest.trouble(), latest.seen()) : null);
    }
}
