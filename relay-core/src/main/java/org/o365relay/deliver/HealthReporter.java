package org.o365relay.deliver;

import java.time.Instant;
import java.util.Optional;
import org.o365relay.deliver.health.Cause;
import org.o365relay.deliver.health.DeliveryPermit;
import org.o365relay.deliver.health.HealthEvent;
import org.o365relay.deliver.health.HealthEvent.Answered;
import org.o365relay.deliver.health.HealthEvent.ConnectionLost;
import org.o365relay.deliver.health.HealthEvent.MessageAccepted;
import org.o365relay.deliver.health.HealthEvent.MessageRefused;
import org.o365relay.deliver.health.HealthEvent.QuotaUsedUp;
import org.o365relay.deliver.health.HealthEvent.TransactionFailed;
import org.o365relay.deliver.health.UpstreamFailover;
import org.o365relay.deliver.limits.ConcurrencyLimiter;
import org.o365relay.deliver.limits.DailyQuota;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.journal.Event;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;

/// Updates the health of mailbox and upstream, and the connection limit of the account, after an attempt.
///
/// @param mailbox named in the journal
record HealthReporter(EmailAddress mailbox, UpstreamFailover failover, SendingAccount account, Journal journal) {

    /// Reports the result of a delivery attempt.
    void report(DeliveryPermit permit, Attempt attempt) {
        attempt.failure(Scope.CONNECTIONS).ifPresent(verdict -> throttle(permit, verdict));
        Optional<Verdict> failure = attempt.failure(Scope.MAILBOX)
                .or(() -> attempt.failure(Scope.UPSTREAM))
                .or(attempt::unreachable);
        if (failure.isPresent()) {
            failover.apply(HealthEvent.of(permit, failure.get()));
        } else if (attempt.delivered() > 0) {
            account.concurrencyLimiter().succeeded();
            failover.apply(new MessageAccepted(permit));
        } else if (attempt.transactionFailure().isPresent()) {
            failover.apply(
                    new TransactionFailed(permit, attempt.transactionFailure().get()));
        } else if (attempt.refusedAt().isPresent()) {
            account.concurrencyLimiter().succeeded();
            failover.apply(new MessageRefused(permit, attempt.refusedAt().get()));
        } else if (attempt.wasAnswered()) {
            failover.apply(new Answered(permit));
        } else if (!attempt.failedLocally()) {
            failover.apply(new ConnectionLost(permit));
        }
    }

    private void throttle(DeliveryPermit permit, Verdict verdict) {
        ConcurrencyLimiter limiter = account.concurrencyLimiter();
        if (limiter.throttled()) {
            journal.record(new Event.Throttled(
                    mailbox,
                    failover.upstream(permit).name(),
                    verdict.response().reply(),
                    limiter.limit()));
        }
    }

    /// Sends nothing until the account's daily quota has room. This is reported as a block unless deliveries in
    /// flight hold reservations, because then the wait is expected to be short.
    ///
    /// @param reply recorded as the reason
    void quotaUsedUp(DeliveryPermit permit, Instant until, Reply reply) {
        DailyQuota quota = account.dailyQuota();
        String reason = "limits.recipients-per-day of " + account.name() + " is "
                + quota.limit().orElseThrow()
                + " and used up. Messages stay in the queue until the oldest of these recipients are 24 hours old. If this"
                + " happens often, spread the mail over several mailboxes (relay.pools).";
        Cause cause = new Cause(Step.MAIL, reply, reason);
        failover.apply(new QuotaUsedUp(permit, cause, until, quota.hasReservations()));
    }
}
