package org.o365relay.deliver.health;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.journal.Event;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Recipient;
import org.o365relay.time.SteadyClock;

/// The circuit breakers of one mailbox, one for each refused author or recipient. Keeps the 1,000 most recently
/// used. Failures that concern only one message are not counted, so they do not delay other mail.
public final class Breakers {

    private static final int MAX_BREAKERS = 1000;

    private final EmailAddress mailbox;
    private final Journal journal;
    private final SteadyClock clock;
    private final Map<Subject, Breaker> breakers = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Subject, Breaker> eldest) {
            return size() > MAX_BREAKERS;
        }
    };
    private boolean hasDelivered; // a message of any author since startup

    /// A backoff in effect.
    ///
    /// @param refusal verdict of the refusal that started or extended the backoff
    /// @param since time at which it began or, if a trial has begun, at which the trial began
    public record Backoff(Verdict refusal, Instant since, Instant until, Phase phase) {

        /// @return whether a trial has begun whose result is not known yet
        public boolean isTrial() {
            return phase == Phase.TRIAL;
        }
    }

    /// The phase of a breaker that a [Backoff] belongs to.
    public enum Phase {
        /// The first backoff after repeated refusals.
        FIRST,
        /// A backoff that extends an earlier one, or that an operator ended.
        EXTENDED,
        /// The minute after a message was let through, in which other messages wait for its result.
        TRIAL
    }

    /// The author or recipient that a breaker applies to.
    private record Subject(Scope scope, String name) {

        String kind() {
            return scope == Scope.AUTHOR ? "author" : "recipient";
        }
    }

    public Breakers(EmailAddress mailbox, Journal journal, SteadyClock clock) {
        this.mailbox = mailbox;
        this.journal = journal;
        this.clock = clock;
    }

    /// @param sendAsAuthor author of the message, if the message is sent as this author (send-as list); null if
    ///     it is sent as the mailbox
    /// @return the recipients that must not be tried, with their backoffs
    public synchronized Map<Recipient, Backoff> inBackoff(
            List<Recipient> recipients, @Nullable EmailAddress sendAsAuthor) {
        Map<Recipient, Backoff> inBackoff = new HashMap<>();
        if (breakers.isEmpty()) {
            return inBackoff;
        }
        Optional<Backoff> author = sendAsAuthor == null ? Optional.empty() : backoff(author(sendAsAuthor));
        for (Recipient recipient : recipients) {
            author.or(() -> backoff(recipient(recipient.address())))
                    .ifPresent(backoff -> inBackoff.put(recipient, backoff));
        }
        return inBackoff;
    }

    /// Like [#inBackoff], for a message that an operator retried. Ends the backoffs that began before the
    /// retry, so that the message is a trial; a second such message waits for the result of the first.
    ///
    /// @param retriedAt time on the system clock at which the operator retried the message
    public synchronized Map<Recipient, Backoff> inBackoffSince(
            Instant retriedAt, List<Recipient> recipients, @Nullable EmailAddress sendAsAuthor) {
        Instant now = clock.instant();
        Stream.concat(
                        Stream.ofNullable(sendAsAuthor).map(Breakers::author),
                        recipients.stream().map(recipient -> recipient(recipient.address())))
                .map(breakers::get)
                .filter(Objects::nonNull)
                .filter(breaker -> breaker.active(now)
                        .filter(backoff -> !clock.toCalendar(backoff.since()).isAfter(retriedAt))
                        .isPresent())
                .forEach(breaker -> breaker.endBackoff(now));
        return inBackoff(recipients, sendAsAuthor);
    }

    private Optional<Backoff> backoff(Subject subject) {
        Breaker breaker = breakers.get(subject);
        return breaker == null ? Optional.empty() : breaker.check(clock.instant());
    }

    /// Counts the refusals of an attempt, removes the breakers of delivered recipients and of their author, and
    /// writes each first backoff to the journal.
    ///
    /// @param verdicts verdicts of the recipients that were tried
    /// @param sendAsAuthor author of the message, if the message was sent as this author (send-as list); null
    ///     if it was sent as the mailbox
    /// @return whether messages of refused authors are worth trying: a message of a refused author was
    ///     delivered, or the first message of any author since startup, because authors may have been refused
    ///     before startup
    public synchronized boolean recordResult(Map<Recipient, Verdict> verdicts, @Nullable EmailAddress sendAsAuthor) {
        Instant now = clock.instant();
        Subject author = sendAsAuthor == null ? null : author(sendAsAuthor);
        boolean mayBeRefused = author != null && (breakers.containsKey(author) || !hasDelivered);
        Set<Subject> seen = new HashSet<>();
        verdicts.forEach((recipient, verdict) -> {
            if (verdict.isAccepted()) {
                delivered(recipient, sendAsAuthor);
            }
            Subject subject = subject(recipient, sendAsAuthor, verdict);
            if (subject != null && seen.add(subject)) {
                breakers.computeIfAbsent(subject, _ -> new Breaker())
                        .refused(verdict, now)
                        .filter(backoff -> backoff.phase() == Phase.FIRST)
                        .ifPresent(first -> report(subject, first));
            }
        });
        boolean isAccepted = author != null && verdicts.values().stream().anyMatch(Verdict::isAccepted);
        hasDelivered |= isAccepted;
        return mayBeRefused && isAccepted && !breakers.containsKey(author);
    }

    /// Ends all backoffs, so that one message of each refused author and to each refused recipient is tried
    /// now.
    ///
    /// @return the backoffs that had not ended yet
    public synchronized List<AddressBackoff> endBackoffs() {
        List<AddressBackoff> ended = active();
        breakers.values().forEach(breaker -> breaker.endBackoff(clock.instant()));
        return ended;
    }

    /// @return the backoffs that have not ended, with their ends on the system clock, the earliest end first
    public synchronized List<AddressBackoff> active() {
        List<AddressBackoff> active = new ArrayList<>();
        breakers.forEach((subject, breaker) -> breaker.active(clock.instant())
                .ifPresent(backoff -> active.add(new AddressBackoff(
                        subject.kind(),
                        subject.name(),
                        clock.toCalendar(backoff.until()),
                        backoff.refusal().reason(),
                        backoff.refusal().response().reply().toString()))));
        active.sort(Comparator.comparing(AddressBackoff::until));
        return active;
    }

    private void report(Subject subject, Backoff backoff) {
        journal.record(new Event.Backoff(
                mailbox,
                subject.kind(),
                subject.name(),
                backoff.refusal().judged(),
                clock.toCalendar(backoff.until())));
    }

    private void delivered(Recipient recipient, @Nullable EmailAddress sendAsAuthor) {
        breakers.remove(recipient(recipient.address()));
        if (sendAsAuthor != null) {
            breakers.remove(author(sendAsAuthor));
        }
    }

    /// @return the author or recipient that the upstream refused; null if it refused neither
    private static @Nullable Subject subject(
            Recipient recipient, @Nullable EmailAddress sendAsAuthor, Verdict verdict) {
        if (!verdict.isFromUpstream()) {
            return null;
        }
        return switch (verdict.outcome()) {
            case Delivered _ -> null;
            case Deferred _ -> verdict.scope() == Scope.AUTHOR && sendAsAuthor != null ? author(sendAsAuthor) : null;
            case Failed _ -> verdict.scope() == Scope.RECIPIENT ? recipient(recipient.address()) : null;
        };
    }

    private static Subject author(EmailAddress address) {
        return new Subject(Scope.AUTHOR, address.key().toString());
    }

    private static Subject recipient(EmailAddress address) {
        return new Subject(Scope.RECIPIENT, address.key().toString());
    }
}
