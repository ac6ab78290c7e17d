package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.DeliveryPermit;
import org.o365relay.deliver.health.FaultAttribution;
import org.o365relay.deliver.health.HealthEvent;
import org.o365relay.deliver.health.HealthEvent.Answered;
import org.o365relay.deliver.health.HealthEvent.ConnectionLost;
import org.o365relay.deliver.health.HealthEvent.MessageAccepted;
import org.o365relay.deliver.health.HealthEvent.MessageRefused;
import org.o365relay.deliver.health.HealthEvent.TransactionFailed;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.deliver.health.UpstreamFailover;
import org.o365relay.deliver.limits.SendingAccount;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.journal.Event;
import org.o365relay.journal.Event.AccountLimit;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Priority;
import org.o365relay.queue.Claim;

/// Decides whether the message or its upstream is at fault in a failed attempt, and updates the health of the
/// upstream accordingly.
record AttemptEvaluator(MailboxSender sender, WaitingMail waiting, Journal journal, InstantSource clock) {

    private static final Duration MAX_EXTRA_DELAY = Duration.ofHours(1);

    /// @return the attempt, with its failures attributed to the message or the upstream, and with the resulting
    ///     [Attempt#notBefore] and [Attempt#keepsTrying]
    Attempt evaluate(DeliveryPermit permit, Claim claim, Attempt attempt) {
        FaultAttribution attribution = sender.failover().attribution(permit);
        boolean messageAtFault = attempt.isAmbiguous() && attribution.isMessageAtFault(claim.id());
        if (attempt.wasProcessed()) {
            attribution.processed();
        }
        boolean authorRecovered = sender.breakers().recordResult(attempt.tried(), attempt.alias());
        if (!(messageAtFault && attribution.shouldIgnoreFailure(claim.id()))) {
            report(permit, attempt);
        }
        if (authorRecovered) {
            waiting.authorRecovered();
        }
        if (attempt.wasProcessed()) {
            waiting.upstreamReplied();
        }
        return attempt.isAmbiguous()
                ? ambiguous(attribution, claim, attempt, messageAtFault)
                : unambiguous(permit, claim, attempt);
    }

    /// Reports the result to the upstream failover and to the limiters of the account.
    private void report(DeliveryPermit permit, Attempt attempt) {
        UpstreamFailover failover = sender.failover();
        throttle(permit, attempt);
        Optional<Verdict> failure = attempt.failure(Scope.MAILBOX)
                .or(() -> attempt.failure(Scope.UPSTREAM))
                .or(attempt::unreachable);
        if (failure.isPresent()) {
            failover.apply(HealthEvent.of(permit, failure.get()));
        } else if (attempt.wasAccepted()) {
            sender.account().concurrencyLimiter().messageProcessed();
            failover.apply(new MessageAccepted(permit));
        } else if (attempt.transactionFailure().isPresent()) {
            failover.apply(
                    new TransactionFailed(permit, attempt.transactionFailure().get()));
        } else if (attempt.refusedAt().isPresent()) {
            sender.account().concurrencyLimiter().messageProcessed();
            failover.apply(new MessageRefused(permit, attempt.refusedAt().get()));
        } else if (attempt.wasAnswered()) {
            failover.apply(new Answered(permit));
        } else if (!attempt.failedLocally()) {
            failover.apply(new ConnectionLost(permit));
        }
    }

    private void throttle(DeliveryPermit permit, Attempt attempt) {
        SendingAccount account = sender.account();
        attempt.failure(Scope.CONNECTIONS)
                .filter(_ -> account.concurrencyLimiter().throttled())
                .ifPresent(verdict -> report(
                        permit,
                        verdict,
                        AccountLimit.CONNECTIONS,
                        account.concurrencyLimiter().limit()));
        attempt.failure(Scope.RATE)
                .filter(_ -> account.rateLimiter().lower())
                .ifPresent(verdict -> report(
                        permit,
                        verdict,
                        AccountLimit.MESSAGES_PER_MINUTE,
                        account.rateLimiter().lowered().orElseThrow()));
    }

    private void report(DeliveryPermit permit, Verdict verdict, AccountLimit throttle, int limit) {
        journal.record(new Event.Throttled(
                sender.mailbox(),
                sender.failover().upstream(permit).name(),
                verdict.response().reply(),
                throttle,
                limit));
    }

    /// If the relay has failed over to another upstream in the meantime, a message with a transaction failure
    /// is retried through that upstream at once.
    private Attempt unambiguous(DeliveryPermit permit, Claim claim, Attempt attempt) {
        if (attempt.transactionFailure().isEmpty()) {
            return attempt;
        }
        FaultAttribution attribution = sender.failover().attribution(permit);
        boolean hasProcessedOthers = attribution.processedSince(claim.id());
        attribution.transactionFailed(claim.id());
        return sender.failover().hasFailedOverFrom(permit)
                ? attempt.withUpstreamAtFault()
                : attempt.keepingTrying(!hasProcessedOthers);
    }

    private Attempt ambiguous(FaultAttribution attribution, Claim claim, Attempt attempt, boolean messageAtFault) {
        int consecutiveFailures = attribution.failed(claim.id(), messageAtFault);
        return messageAtFault ? attempt.withMessageAtFault() : attempt.notBefore(notBefore(claim, consecutiveFailures));
    }

    /// Delays the message so that the next probe sends a different message, because this may be the only
    /// message that fails.
    ///
    /// @param consecutiveFailures number of failures of the message since the upstream last processed a message
    /// @return when the message may be tried again; null if it may be tried at once, or if another mailbox of
    ///     its pool may send it
    private @Nullable Instant notBefore(Claim claim, int consecutiveFailures) {
        Duration delay = sender.failover().untilNextAttempt();
        boolean mayLeaveElsewhere =
                consecutiveFailures == 1 && sender.claimScope().isFromPool(claim);
        if (delay.isZero() || mayLeaveElsewhere) {
            return null;
        }
        // an urgent message is claimed before all others; a growing delay lets probes send other messages
        boolean isClaimedFirst = claim.priority() == Priority.URGENT && consecutiveFailures > 1;
        Duration extraDelay = isClaimedFirst
                ? new ProbeSchedule(delay, MAX_EXTRA_DELAY).delay(consecutiveFailures - 2)
                : Duration.ZERO;
        return clock.instant().plus(delay).plus(extraDelay);
    }
}
