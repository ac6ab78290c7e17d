package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.o365relay.deliver.health.DeliveryPermit;
import org.o365relay.deliver.health.UpstreamFailover;
import org.o365relay.deliver.limits.SendingAccount;

/// Permits one delivery attempt. Holds the resources that the attempt needs, and returns them when closed,
/// except a token and quota that the attempt has used up:
///
/// - from its creation, one of the account's connections and one token of its rate limiter, so that no more
///   messages are claimed than may be sent;
/// - from [#begin] on, one of the upstream's connections, and quota for the recipients;
/// - after [#beginOther], a connection of each upstream that was tried.
///
/// Used by one thread at a time.
final class AttemptPermit implements AutoCloseable {

    private final UpstreamFailover failover;
    private final SendingAccount account;
    private final List<DeliveryPermit> upstreams = new ArrayList<>(); // the last one is in use
    private int reservedRecipients;
    private boolean isClosed;
    private boolean countsAgainstRate; // otherwise close() returns the token

    /// The result of [#begin].
    sealed interface Start {

        /// The attempt may be made.
        record Permitted(DeliveryPermit upstream) implements Start {}

        /// No delivery may start on any upstream.
        record NoUpstream() implements Start {}

        /// The daily quota has no room for the recipients.
        ///
        /// @param until estimated time at which the quota has room for them
        record QuotaUsedUp(DeliveryPermit upstream, Instant until) implements Start {}
    }

    /// Creates a permit for a connection of the account and a token of its rate limiter, which the caller has
    /// already acquired.
    AttemptPermit(UpstreamFailover failover, SendingAccount account) {
        this.failover = failover;
        this.account = account;
    }

    /// Waits until one of the account's connections is free. If the rate limiter allows no message now, waits
    /// until it does, and returns no permits.
    ///
    /// @param atMost maximum time to wait
    /// @return one permit for each attempt that may start; their number is limited by the free connections of
    ///     the upstream and the account, and by the rate limiter. Empty if none may start yet; the caller then
    ///     calls this method again
    static List<AttemptPermit> await(UpstreamFailover failover, SendingAccount account, Duration atMost)
            throws InterruptedException {
        int slots = failover.freeSlots();
        Duration pause = account.rateLimiter().untilNext();
        if (slots == 0 || pause.isPositive()) {
            account.rateLimiter().awaitNext(atMost);
            return List.of();
        }
        int connections = account.concurrencyLimiter().acquire(slots, atMost);
        int messages = failover.freeSlots() == 0 ? 0 : account.rateLimiter().take(connections);
        account.concurrencyLimiter().release(connections - messages);
        return Stream.generate(() -> new AttemptPermit(failover, account))
                .limit(messages)
                .toList();
    }

    /// Acquires a connection of the upstream, and reserves quota for the recipients.
    Start begin(int recipients) {
        Optional<DeliveryPermit> acquired = failover.acquire();
        if (acquired.isEmpty()) {
            return new Start.NoUpstream();
        }
        DeliveryPermit upstream = acquired.get();
        upstreams.add(upstream);
        Optional<Instant> fullUntil = account.dailyQuota().reserve(recipients);
        if (fullUntil.isPresent()) {
            return new Start.QuotaUsedUp(upstream, fullUntil.get());
        }
        reservedRecipients = recipients;
        countsAgainstRate = true;
        return new Start.Permitted(upstream);
    }

    /// Acquires a connection of an upstream that was not tried yet, because those that were tried cannot accept
    /// the message.
    ///
    /// @return empty if there is no other upstream, or none that may be used now
    Optional<DeliveryPermit> beginOther() {
        Set<Integer> tried = upstreams.stream().map(DeliveryPermit::upstream).collect(Collectors.toSet());
        Optional<DeliveryPermit> other = failover.acquireOther(tried);
        other.ifPresent(upstreams::add);
        return other;
    }

    /// @return whether an upstream was not tried yet, whatever its state
    boolean hasOther() {
        return upstreams.size() < failover.size();
    }

    /// Settles the quota reservation after an attempt, and records whether the message counts against the rate
    /// limit.
    ///
    /// @param delivered number of recipients for whom the upstream accepted the message
    /// @param reachedMail whether the attempt reached MAIL, so that its message counts against the rate limit
    void attempted(int delivered, boolean reachedMail) {
        account.dailyQuota().settle(reservedRecipients, delivered);
        reservedRecipients = 0;
        countsAgainstRate = reachedMail;
    }

    /// A second call has no effect.
    @Override
    public void close() {
        if (isClosed) {
            return;
        }
        isClosed = true;
        account.dailyQuota().settle(reservedRecipients, 0);
        if (!countsAgainstRate) {
            account.rateLimiter().refund(1);
        }
        upstreams.forEach(failover::release);
        account.concurrencyLimiter().release(1);
    }
}
