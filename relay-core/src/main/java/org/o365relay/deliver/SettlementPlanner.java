package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.o365relay.deliver.health.Breakers.Backoff;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.deliver.upstream.Verdict.Scope;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.Settlement.Remark;

/// Plans the settlement of an attempt: which recipients are delivered, deferred or failed, and when the message
/// is tried again.
record SettlementPlanner(RetrySchedule retry, InstantSource clock, RandomGenerator random) {

    /// Age of the message from which a recipient that is itself in backoff fails instead of waiting longer, so
    /// that the sender is notified within hours. Does not apply to a backoff of the author, or during a trial,
    /// which may show that the recipient is no longer refused.
    private static final Duration MAX_RECIPIENT_BACKOFF = Duration.ofHours(4);

    /// @param upstream name of the upstream that the attempt used
    /// @param account name of the account; delivered recipients count against its quota
    Settlement plan(Claim claim, Attempt attempt, String upstream, String account) {
        Instant now = clock.instant();
        Instant countedFrom = claim.age().countedFrom();
        Optional<Instant> retryAt = retry.next(claim.attempts(), countedFrom, now, random);
        Instant nextRetry = attempt.isUnconfirmed()
                ? retry.nextRepeat(attempt.unconfirmed(), now, random)
                : retryAt.orElseGet(() -> retry.nextRegardlessOfAge(claim.attempts(), now, random));
        boolean isTooOld = retry.isExpired(countedFrom, now);
        boolean hasWaited = !now.isBefore(countedFrom.plus(MAX_RECIPIENT_BACKOFF));
        Map<Recipient, Outcome> outcomes = new LinkedHashMap<>();
        attempt.verdicts().forEach((recipient, verdict) -> {
            boolean expired = attempt.wasTried(recipient)
                    ? attempt.counts(recipient) && retryAt.isEmpty() && !keepsTrying(attempt, verdict)
                    : !attempt.awaitsTrial(recipient)
                            && (isTooOld || (verdict.scope() == Scope.RECIPIENT && hasWaited));
            outcomes.put(recipient, outcome(verdict, expired));
        });
        boolean open = outcomes.values().stream().anyMatch(Deferred.class::isInstance);
        Instant next = open ? nextAttempt(claim, attempt, outcomes, nextRetry) : null;
        return new Settlement(outcomes, next, attempt.counts(), upstream, account, remarks(attempt));
    }

    private static Map<Recipient, Remark> remarks(Attempt attempt) {
        Map<Recipient, Remark> remarks = new HashMap<>();
        attempt.verdicts().forEach((recipient, verdict) -> remarks.put(recipient, remark(verdict)));
        return remarks;
    }

    private static Remark remark(Verdict verdict) {
        return new Remark(verdict.isDelivered() ? "" : verdict.reason(), verdict.mayHaveArrived());
    }

    /// @return whether the message expires if it is deferred now
    boolean isLastAttempt(Claim claim) {
        return retry.next(claim.attempts(), claim.age().countedFrom(), clock.instant(), random)
                .isEmpty();
    }

    private static boolean keepsTrying(Attempt attempt, Verdict verdict) {
        return attempt.keepsTrying() && verdict.isTransactionFailure();
    }

    /// @return a settlement that fails all recipients without a delivery attempt
    static Settlement bounce(Attempt attempt) {
        Map<Recipient, Outcome> outcomes = new LinkedHashMap<>();
        attempt.verdicts()
                .forEach((recipient, verdict) ->
                        outcomes.put(recipient, new Failed(verdict.response().reply())));
        return new Settlement(outcomes, null, true, "", "", remarks(attempt));
    }

    /// The message is due when the first of its recipients may be tried. If the recipients wait only for the
    /// upstream or mailbox, the message keeps its due time, and so its place in the queue, unless the attempt
    /// sets an earliest time for the next one.
    private static Instant nextAttempt(
            Claim claim, Attempt attempt, Map<Recipient, Outcome> outcomes, Instant nextRetry) {
        List<Recipient> deferred = outcomes.keySet().stream()
                .filter(recipient -> outcomes.get(recipient) instanceof Deferred)
                .toList();
        if (deferred.stream().anyMatch(attempt::counts)) {
            return nextRetry;
        }
        Instant notBefore = attempt.notBefore() == null ? claim.dueAt() : attempt.notBefore();
        return deferred.stream()
                .map(recipient -> attempt.backoff(recipient).map(Backoff::until).orElse(notBefore))
                .min(Instant::compareTo)
                .orElse(notBefore);
    }

    private static Outcome outcome(Verdict verdict, boolean expired) {
        Reply reply = verdict.mayHaveArrived()
                ? possibleDuplicate(verdict)
                : verdict.response().reply();
        return switch (verdict.outcome()) {
            case Delivered delivered -> delivered;
            case Failed _ -> new Failed(reply);
            case Deferred _ -> expired ? new Failed(reply) : new Deferred(reply);
        };
    }

    /// Adds a line to the reply stating that the message may have been sent, so that the history shows a
    /// possible duplicate.
    private static Reply possibleDuplicate(Verdict verdict) {
        Reply reply = verdict.response().reply();
        List<String> lines = new ArrayList<>(reply.lines());
        lines.add("(the message may have been sent)");
        return new Reply(reply.code(), reply.status(), lines);
    }
}
