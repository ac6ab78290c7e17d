package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.o365relay.deliver.Attempt.Result;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.Settlement.Remark;

/// What is recorded of an attempt: who is settled, when the others are tried again, and what is given up.
record SettlementPlanner(RetrySchedule retry, InstantSource clock, RandomGenerator random) {

    /// Who sends to a recipient that does not exist is to learn of it within the day.
    private static final Duration MAX_BACKOFF_FOR_RECIPIENT = Duration.ofHours(4);

    private static final Remark QUOTA_USED_UP = new Remark("recipient-limit", false);

    /// @param upstream where it was tried
    /// @param account through which what was delivered has left
    Settlement plan(Claim claim, AttemptRuling ruling, String upstream, String account) {
        Attempt attempt = ruling.attempt();
        Instant now = clock.instant();
        Instant receivedAt = claim.arrival().at();
        Optional<Instant> retryAt = retry.next(claim.attempts(), receivedAt, now, random);
        Instant again = retryAt.orElseGet(() -> retry.nextRegardlessOfAge(claim.attempts(), now, random));
        boolean tooOld = retry.isExpired(receivedAt, now);
        boolean hasWaited = !now.isBefore(receivedAt.plus(MAX_BACKOFF_FOR_RECIPIENT));
        Map<Recipient, Outcome> outcomes = new LinkedHashMap<>();
        attempt.results().forEach((recipient, result) -> {
            boolean givenUp = result.isInBackoff()
                    ? tooOld || (result.isRecipientBackoff() && hasWaited)
                    : result.countsAsAttempt() && retryAt.isEmpty() && !keepsTrying(ruling, result);
            outcomes.put(recipient, outcome(result, givenUp));
        });
        boolean open = outcomes.values().stream().anyMatch(Deferred.class::isInstance);
        Instant next = open ? nextAttempt(claim, ruling, outcomes, again) : null;
        return new Settlement(outcomes, next, attempt.countsAsAttempt(), upstream, account, remarks(attempt));
    }

    private static Map<Recipient, Remark> remarks(Attempt attempt) {
        Map<Recipient, Remark> remarks = new HashMap<>();
        attempt.results().forEach((recipient, result) -> remarks.put(recipient, result.remark()));
        return remarks;
    }

    private static boolean keepsTrying(AttemptRuling ruling, Result result) {
        return ruling.keepsTrying() && result.isTransactionFailure();
    }

    /// @return what is recorded of a message that was not tried, and keeps its attempts
    static Settlement deferral(Claim claim, Reply reply, Instant next, String upstream, String account) {
        Map<Recipient, Outcome> outcomes = new LinkedHashMap<>();
        Map<Recipient, Remark> remarks = new HashMap<>();
        claim.recipients().forEach(recipient -> {
            outcomes.put(recipient, new Deferred(reply));
            remarks.put(recipient, QUOTA_USED_UP);
        });
        return new Settlement(outcomes, next, false, upstream, account, remarks);
    }

    /// @return what is recorded of a message that is given up without an attempt
    static Settlement bounce(Attempt attempt) {
        Map<Recipient, Outcome> outcomes = new LinkedHashMap<>();
        attempt.results()
                .forEach((recipient, result) ->
                        outcomes.put(recipient, new Failed(result.response().reply())));
        return new Settlement(outcomes, null, true, "", "", remarks(attempt));
    }

    /// @return whether a message has waited for longer than mail is tried
    boolean isExpired(Claim claim) {
        return retry.isExpired(claim.arrival().at(), clock.instant());
    }

    Instant earlierOf(Instant time, Duration delay) {
        Instant after = clock.instant().plus(delay);
        return after.isBefore(time) ? after : time;
    }

    /// What only its way holds back is due as it was: it keeps its place, and the closed lane keeps it. Unless it
    /// is asked to step back for others.
    private static Instant nextAttempt(
            Claim claim, AttemptRuling ruling, Map<Recipient, Outcome> outcomes, Instant again) {
        Map<Recipient, Result> results = ruling.attempt().results();
        if (outcomes.entrySet().stream()
                .anyMatch(entry -> entry.getValue() instanceof Deferred
                        && Objects.requireNonNull(results.get(entry.getKey())).countsAsAttempt())) {
            return again;
        }
        Stream<Instant> held = results.values().stream().flatMap(result -> Stream.ofNullable(result.backoffUntil()));
        return Stream.concat(held, Stream.ofNullable(ruling.notBefore()))
                .min(Instant::compareTo)
                .orElse(claim.dueAt());
    }

    private static Outcome outcome(Result result, boolean givenUp) {
        Reply reply = result.response().mayHaveArrived()
                ? possibleDuplicate(result)
                : result.response().reply();
        return switch (result.verdict().outcome()) {
            case Delivered delivered -> delivered;
            case Failed _ -> new Failed(reply);
            case Deferred _ -> givenUp ? new Failed(reply) : new Deferred(reply);
        };
    }

    /// The history says so, for whoever wonders about a message that came twice.
    private static Reply possibleDuplicate(Result result) {
        Reply reply = result.response().reply();
        List<String> lines = new ArrayList<>(reply.lines());
        lines.add("(the message may have been sent)");
        return new Reply(reply.code(), reply.status(), lines);
    }
}
