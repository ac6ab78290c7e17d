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
    private final ArrayDeque<Instant> replies = new ArrayDeque<>();
    private final RollingSum recipients = new RollingSum();
    private final Map<RepeatedError, RollingSum> errors = new EnumMap<>(RepeatedError.class);
    private @Nullable RepeatedError penaltyReply;
    private Instant penaltyEnd = Instant.MIN;
    private int peakConnections;
    private int peakPerMinute;
    private int delayed;

    MailboxUsage() {}

    /// The most connections that were signed in at once, those beyond the limit included.
    public synchronized int peakConnections() {
        return peakConnections;
    }

    /// The most messages that came within a minute (of the scaled time), those answered late included.
    public synchronized int peakPerMinute() {
        return peakPerMinute;
    }

    /// How many messages were answered late because there were too many.
    public synchronized int delayed() {
        return delayed;
    }

    synchronized void addSession(Object session) {
        sessions.add(session);
        peakConnections = Math.max(peakConnections, sessions.size());
    }

    synchronized void removeSession(Object session) {
        sessions.remove(session);
    }

    /// @return whether this session is one of the first so many that are still there
    synchronized boolean isAmongFirst(int most, Object session) {
        return sessions.size() <= most || sessions.stream().limit(most).anyMatch(session::equals);
    }

    /// @return what is said to all mail now; empty if there is no penalty
    synchronized Optional<String> penaltyReply(Instant now) {
        return now.isBefore(penaltyEnd)
                ? Optional.ofNullable(penaltyReply).map(RepeatedError::penaltyReply)
                : Optional.empty();
    }

    synchronized void recordError(RepeatedError offence, Instant now, SandboxSettings settings) {
        MailboxLimits limits = settings.limits();
        if (limits.repeatedErrors() == MailboxLimits.UNLIMITED) {
            return;
        }
        RollingSum equal = errors.computeIfAbsent(offence, _ -> new RollingSum());
        equal.add(now, 1);
        if (equal.sum(now, settings.scaled(HOUR)) >= limits.repeatedErrors()) {
            penaltyReply = offence;
            penaltyEnd = now.plus(settings.scaled(limits.penalty()));
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
        return limits.messagesPerMinute() == MailboxLimits.UNLIMITED ? Duration.ZERO : replyDelay(now, settings);
    }

    private Duration replyDelay(Instant now, SandboxSettings settings) {
        MailboxLimits limits = settings.limits();
        Duration minute = settings.scaled(MINUTE);
        arrivals.add(now, 1);
        peakPerMinute = Math.max(peakPerMinute, arrivals.sum(now, minute));
        Instant answer = now;
        if (replies.size() >= limits.messagesPerMinute()) {
            Instant free = replies.removeFirst().plus(minute);
            answer = limits.excessAction() == MailboxLimits.ExcessAction.DELAY && free.isAfter(now) ? free : now;
        }
        replies.addLast(answer);
        delayed += answer.isAfter(now) ? 1 : 0;
        return Duration.between(now, answer);
    }
}
