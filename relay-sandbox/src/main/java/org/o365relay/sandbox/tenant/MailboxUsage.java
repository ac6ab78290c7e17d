package org.o365relay.sandbox.tenant;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.o365relay.sandbox.settings.SandboxLimits;
import org.o365relay.sandbox.settings.TenantSettings;

/// Counts the recent usage of one mailbox across all services. Thread-safe.
///
/// Messages per minute, recipients per day and repeated errors are counted only if [SandboxLimits] limits them.
public final class MailboxUsage {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final Set<Object> sessions = new LinkedHashSet<>();
    private final RollingSum arrivals = new RollingSum();
    private final ArrayDeque<Instant> replies = new ArrayDeque<>();
    private final RollingSum recipients = new RollingSum();
    private final Map<RepeatedError, RollingSum> errors = new EnumMap<>(RepeatedError.class);
    private @Nullable RepeatedError penaltyCause;
    private Instant penaltyEnd = Instant.MIN;
    private int peakConnections;
    private int peakMessagesPerMinute;
    private int delayedMessages;

    MailboxUsage() {}

    /// Peak number of concurrent authenticated connections, including those beyond the limit.
    public synchronized int peakConnections() {
        return peakConnections;
    }

    /// Peak number of messages within one scaled minute, including delayed messages.
    public synchronized int peakMessagesPerMinute() {
        return peakMessagesPerMinute;
    }

    /// Number of messages for which [#submit] returned a delay. Client submission delays the reply
    /// accordingly; Graph does not delay its response.
    public synchronized int delayedMessages() {
        return delayedMessages;
    }

    public synchronized void addSession(Object session) {
        sessions.add(session);
        peakConnections = Math.max(peakConnections, sessions.size());
    }

    public synchronized void removeSession(Object session) {
        sessions.remove(session);
    }

    /// @param session open session that has been added
    /// @return whether the session is among the `limit` open sessions that were added first
    public synchronized boolean isAmongFirst(int limit, Object session) {
        return sessions.size() <= limit || sessions.stream().limit(limit).anyMatch(session::equals);
    }

    /// @return the reply to all mail during a penalty; empty if there is no penalty
    public synchronized Optional<String> penaltyReply(Instant now) {
        return now.isBefore(penaltyEnd)
                ? Optional.ofNullable(penaltyCause).map(RepeatedError::penaltyReply)
                : Optional.empty();
    }

    public synchronized void recordError(RepeatedError error, Instant now, TenantSettings settings) {
        SandboxLimits.Penalty penalty = settings.limits().penalty();
        if (penalty.repeatedErrors() == SandboxLimits.UNLIMITED) {
            return;
        }
        RollingSum recent = errors.computeIfAbsent(error, _ -> new RollingSum());
        recent.add(now, 1);
        if (recent.sum(now, settings.scaled(HOUR)) >= penalty.repeatedErrors()) {
            penaltyCause = error;
            penaltyEnd = now.plus(settings.scaled(penalty.duration()));
            recent.clear();
        }
    }

    public synchronized boolean hasQuotaFor(int recipientCount, Instant now, TenantSettings settings) {
        long quota = settings.limits().recipientsPerDay();
        return quota == SandboxLimits.UNLIMITED
                || recipients.sum(now, settings.scaled(DAY)) + (long) recipientCount <= quota;
    }

    /// Counts a message that is about to be accepted.
    ///
    /// @param recipientCount number of recipients
    /// @return how long to delay the reply to the message; zero for no delay
    public synchronized Duration submit(int recipientCount, Instant now, TenantSettings settings) {
        SandboxLimits limits = settings.limits();
        if (limits.recipientsPerDay() != SandboxLimits.UNLIMITED) {
            recipients.add(now, recipientCount);
        }
        return limits.rate().messagesPerMinute() == SandboxLimits.UNLIMITED ? Duration.ZERO : replyDelay(now, settings);
    }

    private Duration replyDelay(Instant now, TenantSettings settings) {
        SandboxLimits.Rate rate = settings.limits().rate();
        Duration minute = settings.scaled(MINUTE);
        arrivals.add(now, 1);
        peakMessagesPerMinute = Math.max(peakMessagesPerMinute, arrivals.sum(now, minute));
        Instant replyAt = now;
        if (replies.size() >= rate.messagesPerMinute()) {
            Instant free = replies.removeFirst().plus(minute);
            replyAt = rate.excessAction() == SandboxLimits.ExcessAction.DELAY && free.isAfter(now) ? free : now;
        }
        replies.addLast(replyAt);
        delayedMessages += replyAt.isAfter(now) ? 1 : 0;
        return Duration.between(now, replyAt);
    }
}
