package org.o365relay.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Verdict.Scope;
import org.o365relay.journal.Journal;
import org.o365relay.journal.Journal.Delivery;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.Original;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.notice.FailedRecipient;
import org.o365relay.notice.Failure;
import org.o365relay.notice.NoticeWriter;
import org.o365relay.queue.Claim;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.Submission;
import org.o365relay.rewrite.Rewriting.Rewritten;
import org.o365relay.rewrite.Rewriting.Unacceptable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes one attempt to deliver one message, from claim to settlement: rewrite it, hand it to the upstream,
/// have the answers judged, settle, and tell the journal.
public final class Courier {

    private static final Logger log = LoggerFactory.getLogger(Courier.class);
    private static final Duration AFTER_DISK_TROUBLE = Duration.ofSeconds(5);

    private final MessageQueue queue;
    private final Lane lane;
    private final RetrySchedule retry;
    private final NoticeWriter notices;
    private final Journal journal;
    private final InstantSource clock;
    private final RandomGenerator random;

    /// @param lane what is delivered through
    public Courier(
            MessageQueue queue,
            Lane lane,
            RetrySchedule retry,
            NoticeWriter notices,
            Journal journal,
            InstantSource clock,
            RandomGenerator random) {
        this.queue = queue;
        this.lane = lane;
        this.retry = retry;
        this.notices = notices;
        this.journal = journal;
        this.clock = clock;
        this.random = random;
    }

    /// What the upstream, or the relay in its place, said of one message.
    ///
    /// @param original what a notice can tell of it
    private record Attempt(Map<Recipient, Response> responses, Original original) {}

    void deliver(Claim claim) {
        Attempt attempt = attempt(claim);
        Map<Recipient, Verdict> verdicts = new LinkedHashMap<>();
        attempt.responses()
                .forEach((recipient, response) ->
                        verdicts.put(recipient, lane.policy().judge(response)));
        tellLane(attempt.responses(), verdicts);
        Settlement settlement = settlement(claim, verdicts);
        Optional<Submission> notice = notice(claim, attempt, verdicts, settlement);
        List<QueueId> noticeIds = settle(claim, settlement, notice.stream().toList());
        tellJournal(claim, attempt, settlement, notice);
        notice.ifPresent(written ->
                journal.accepted(noticeIds.getFirst(), written.arrival(), written.envelope(), written.size()));
    }

    private Attempt attempt(Claim claim) {
        try (InputStream content = queue.content(claim)) {
            return switch (lane.rewriter().rewrite(claim.id(), claim.arrival(), claim.envelope(), content)) {
                case Rewritten rewritten -> new Attempt(handOver(claim, rewritten), rewritten.original());
                case Unacceptable(Reply reply, Original original) -> new Attempt(ourselves(claim, reply), original);
            };
        } catch (IOException e) {
            log.error("message {} cannot be read: {}", claim.id(), e.getMessage());
            Reply reply = Reply.of(451, "4.3.0", "The relay cannot read the message in its queue");
            return new Attempt(ourselves(claim, reply), new Original(null, new byte[0]));
        }
    }

    private Map<Recipient, Response> handOver(Claim claim, Rewritten rewritten) {
        return lane.upstream()
                .attempt(new Outgoing(
                        claim.id(),
                        rewritten.sender(),
                        claim.recipients(),
                        claim.envelope().smtpUtf8(),
                        rewritten::writeTo));
    }

    private static Map<Recipient, Response> ourselves(Claim claim, Reply reply) {
        Map<Recipient, Response> responses = new LinkedHashMap<>();
        claim.recipients()
                .forEach(recipient -> responses.put(recipient, new Response(Step.CONTENT, reply, Origin.RELAY)));
        return responses;
    }

    private void tellLane(Map<Recipient, Response> responses, Map<Recipient, Verdict> verdicts) {
        Optional<Verdict> trouble =
                verdicts.values().stream().filter(Courier::isMailboxTrouble).findFirst();
        boolean reached =
                responses.values().stream().anyMatch(response -> response.step().compareTo(Step.MAIL) >= 0);
        boolean served = responses.values().stream()
                .anyMatch(response ->
                        response.origin() == Origin.UPSTREAM && response.step().compareTo(Step.MAIL) >= 0);
        if (trouble.isPresent()) {
            Verdict verdict = trouble.get();
            lane.pause(verdict.outcome().reply(), verdict.cause() + ". " + verdict.advice());
        } else if (served) {
            lane.served();
        } else if (!reached) {
            lane.unreached();
        }
    }

    private Settlement settlement(Claim claim, Map<Recipient, Verdict> verdicts) {
        Instant now = clock.instant();
        boolean counts = verdicts.values().stream().anyMatch(verdict -> !isMailboxTrouble(verdict));
        Optional<Instant> retryAt = retry.next(claim.attempts(), claim.arrival().at(), now, random);
        Map<Recipient, Outcome> outcomes = new LinkedHashMap<>();
        verdicts.forEach((recipient, verdict) -> outcomes.put(recipient, outcome(verdict, retryAt)));
        boolean open = outcomes.values().stream().anyMatch(Deferred.class::isInstance);
        Instant next = counts ? retryAt.orElse(now) : now; // a closed lane holds it back, not its due time
        return new Settlement(
                outcomes, open ? next : null, counts, lane.upstream().name());
    }

    private static Outcome outcome(Verdict verdict, Optional<Instant> retryAt) {
        boolean givenUp = verdict.outcome() instanceof Deferred && !isMailboxTrouble(verdict) && retryAt.isEmpty();
        return givenUp ? new Failed(verdict.outcome().reply()) : verdict.outcome();
    }

    private Optional<Submission> notice(
            Claim claim, Attempt attempt, Map<Recipient, Verdict> verdicts, Settlement settlement) {
        List<FailedRecipient> failed = verdicts.entrySet().stream()
                .filter(entry -> settlement.outcomes().get(entry.getKey()) instanceof Failed)
                .map(entry -> failed(entry.getKey(), attempt.responses().get(entry.getKey()), entry.getValue()))
                .toList();
        if (failed.isEmpty()) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        Failure failure = new Failure(
                claim.id(),
                claim.arrival(),
                claim.envelope(),
                claim.notice(),
                attempt.original(),
                failed,
                lane.upstream().name(),
                claim.attempts(),
                now);
        Arrival arrival = new Arrival(now, InetAddress.getLoopbackAddress(), "", "LOCAL");
        return notices.write(failure).map(notice -> new Submission(arrival, notice.envelope(), notice.content()));
    }

    private static FailedRecipient failed(Recipient recipient, @Nullable Response response, Verdict verdict) {
        boolean fromUpstream = response != null && response.origin() == Origin.UPSTREAM;
        return new FailedRecipient(recipient, verdict.outcome().reply(), fromUpstream, verdict.advice());
    }

    /// Does not return before what the upstream said is on disk: to send more while that cannot be recorded
    /// would make duplicates after the next start.
    private List<QueueId> settle(Claim claim, Settlement settlement, List<Submission> notice) {
        while (true) {
            try {
                return queue.settle(claim, settlement, notice);
            } catch (QueueException e) {
                if (e.isFinal()) {
                    throw e;
                }
                log.error("what came of message {} cannot be written, trying again: {}", claim.id(), e.getMessage());
                waitForDisk(e);
            }
        }
    }

    private static void waitForDisk(QueueException trouble) {
        try {
            Thread.sleep(AFTER_DISK_TROUBLE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw trouble;
        }
    }

    private void tellJournal(Claim claim, Attempt attempt, Settlement settlement, Optional<Submission> notice) {
        settlement.outcomes().forEach((recipient, outcome) -> {
            Delivery delivery = new Delivery(
                    claim.id(),
                    claim.envelope().sender(),
                    recipient.address(),
                    claim.size(),
                    lane.upstream().name(),
                    outcome.reply(),
                    claim.attempts(),
                    Duration.between(claim.arrival().at(), clock.instant()));
            switch (outcome) {
                case Delivered _ -> journal.delivered(delivery);
                case Deferred _ -> tellDeferred(delivery, recipient, attempt, settlement);
                case Failed _ ->
                    journal.failed(
                            delivery,
                            notice.map(written ->
                                            written.envelope().recipients().getFirst())
                                    .orElse(null));
            }
        });
    }

    private void tellDeferred(Delivery delivery, Recipient recipient, Attempt attempt, Settlement settlement) {
        Instant next = settlement.nextAttempt();
        Response response = attempt.responses().get(recipient);
        if (settlement.counts() && next != null && response != null) {
            journal.deferred(delivery, next, response.mayHaveArrived());
        } // else the lane is paused, which is told once and not for every message
    }

    private static boolean isMailboxTrouble(Verdict verdict) {
        return verdict.scope() == Scope.MAILBOX;
    }
}
