package org.o365relay.daemon.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What one mailbox has done of late, over all roads. From any thread.
///
/// Rates and recipients are followed only where they are limited: see [MailboxLimits].
public final class MailboxUsage {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final Set<Object> sessions = new LinkedHashSet<>();
    private final RollingSum arrivals = new RollingSum();
    private final ArrayDeque<Instant> answers = new ArrayDeque<>();
    private final RollingSum recipients = new RollingSum();
    private final Map<RepeatedError, RollingSum> offences = new EnumMap<>(RepeatedError.class);
    private @Nullable RepeatedError sentence;
    private Instant sentencedUntil = Instant.MIN;
    private int mostConnections;
    private int mostPerMinute;
    private int delayed;

    MailboxUsage() {}

    /// The most connections that were signed in at once, those beyond the limit included.
    public synchronized int mostConnections() {
        return mostConnections;
    }

    /// The most messages that came within a minute (of the scaled time), those answered late included.
    public synchronized int mostPerMinute() {
        return mostPerMinute;
    }

    /// How many messages were answered late because there were too many.
    public synchronized int delayed() {
        return delayed;
    }

    synchronized void enter(Object session) {
        sessions.add(session);
        mostConnections = Math.max(mostConnections, sessions.size());
    }

    synchronized void leave(Object session) {
        sessions.remove(session);
    }

    /// @return whether this session is one of the first so many that are still there
    synchronized boolean isAmongFirst(int most, Object session) {
        return sessions.size() <= most || sessions.stream().limit(most).anyMatch(session::equals);
    }

    /// @return what is said to all mail now; empty if there is no penalty
    synchronized Optional<String> sentence(Instant now) {
        return now.isBefore(sentencedUntil)
                ? Optional.ofNullable(sentence).map(RepeatedError::sentence)
                : Optional.empty();
    }

    synchronized void offend(RepeatedError offence, Instant now, SandboxSettings settings) {
        MailboxLimits limits = settings.limits();
        if (limits.offences() == MailboxLimits.UNLIMITED) {
            return;
        }
        RollingSum equal = offences.computeIfAbsent(offence, _ -> new RollingSum());
        equal.add(now, 1);
        if (equal.sum(now, settings.scaled(HOUR)) >= limits.offences()) {
            sentence = offence;
            sentencedUntil = now.plus(settings.scaled(limits.penalty()));
            equal.clear();
        }
    }

    synchronized boolean hasQuotaFor(int count, Instant now, SandboxSettings settings) {
        long most = settings.limits().recipientsPerDay();
        return most == MailboxLimits.UNLIMITED || recipients.sum(now, settings.scaled(DAY)) + (long) count <= most;
    }

    /// Counts a message that is about to be accepted.
    ///
    /// @return how long its answer has to wait
    synchronized Duration submit(int count, Instant now, SandboxSettings settings) {
        MailboxLimits limits = settings.limits();
        if (limits.recipientsPerDay() != MailboxLimits.UNLIMITED) {
            recipients.add(now, count);
        }
        return limits.perMinute() == MailboxLimits.UNLIMITED ? Duration.ZERO : paced(now, settings);
    }

    private Duration paced(Instant now, SandboxSettings settings) {
        MailboxLimits limits = settings.limits();
        Duration minute = settings.scaled(MINUTE);
        arrivals.add(now, 1);
        mostPerMinute = Math.max(mostPerMinute, arrivals.sum(now, minute));
        Instant answer = now;
        if (answers.size() >= limits.perMinute()) {
            Instant free = answers.removeFirst().plus(minute);
            answer = limits.excess() == MailboxLimits.Excess.DELAY && free.isAfter(now) ? free : now;
        }
        answers.addLast(answer);
        delayed += answer.isAfter(now) ? 1 : 0;
        return Duration.between(now, answer);
    }
}
