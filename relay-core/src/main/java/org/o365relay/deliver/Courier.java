package org.o365relay.deliver;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.o365relay.deliver.Attempt.Result;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Secretary.Notices;
import org.o365relay.journal.Journal;
import org.o365relay.mail.Original;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
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
    private final Secretary secretary;
    private final Journal journal;
    private final SettlementReport report;
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
        this.secretary = new Secretary(queue, notices, lane.upstream().name(), clock);
        this.journal = journal;
        this.report = new SettlementReport(journal, clock);
        this.clock = clock;
        this.random = random;
    }

    void deliver(Claim claim) {
        int mark = lane.mark();
        Attempt attempt = attempt(claim);
        tellLane(mark, attempt);
        Settlement settlement = settlement(claim, attempt);
        Notices written = secretary.notices(claim, attempt, settlement);
        List<Submission> notices = written.all();
        List<QueueId> noticeIds = settle(claim, settlement, notices);
        for (int i = 0; i < notices.size(); i++) {
            Submission notice = notices.get(i);
            journal.accepted(noticeIds.get(i), notice.arrival(), notice.envelope(), notice.size());
        }
        report.tell(claim, attempt, settlement, written.failureTo());
    }

    private Attempt attempt(Claim claim) {
        try (InputStream content = queue.content(claim)) {
            return switch (lane.rewriter().rewrite(claim.id(), claim.arrival(), claim.envelope(), content)) {
                case Rewritten rewritten -> handOver(claim, rewritten);
                case Unacceptable(Reply reply, Original original) -> ourselves(claim, reply, original);
            };
        } catch (IOException e) {
            log.error("message {} cannot be read: {}", claim.id(), e.getMessage());
            return ourselves(claim, "The relay cannot read the message in its queue");
        } catch (RuntimeException e) {
            log.error("message {} cannot be handed over because of a bug; please report it", claim.id(), e);
            return ourselves(claim, "The relay has failed, see its log");
        }
    }

    private Attempt handOver(Claim claim, Rewritten rewritten) {
        Outgoing outgoing = new Outgoing(
                claim.id(),
                rewritten.sender(),
                claim.recipients(),
                claim.envelope().smtpUtf8(),
                PassedOn.of(claim, rewritten.sender()),
                rewritten::writeTo,
                rewritten.isBinary() ? rewritten::writeBinaryTo : null);
        return Attempt.judged(
                lane.upstream().attempt(outgoing),
                rewritten.original(),
                response -> lane.policy().judge(response, rewritten.isAlias()));
    }

    private Attempt ourselves(Claim claim, String trouble) {
        return ourselves(claim, Reply.of(451, "4.3.0", trouble), new Original(null, new byte[0]));
    }

    private Attempt ourselves(Claim claim, Reply reply, Original original) {
        Map<Recipient, Response> responses = new LinkedHashMap<>();
        claim.recipients()
                .forEach(recipient -> responses.put(recipient, new Response(Step.CONTENT, reply, Origin.RELAY)));
        return Attempt.judged(responses, original, response -> lane.policy().judge(response, false));
    }

    private void tellLane(int mark, Attempt attempt) {
        Optional<Result> trouble = attempt.mailboxTrouble();
        if (trouble.isPresent()) {
            Response response = trouble.get().response();
            Verdict verdict = trouble.get().verdict();
            lane.pause(mark, response.step(), response.reply(), verdict.cause() + ". " + verdict.advice());
        } else if (attempt.wasServed()) {
            lane.served(mark);
        } else if (attempt.wasHeard()) {
            lane.heard(mark);
        } else if (!attempt.endedHere()) {
            lane.unheard(mark, attempt.beganSession());
        }
    }

    private Settlement settlement(Claim claim, Attempt attempt) {
        Instant now = clock.instant();
        Optional<Instant> retryAt = retry.next(claim.attempts(), claim.arrival().at(), now, random);
        Map<Recipient, Outcome> outcomes = new LinkedHashMap<>();
        attempt.results().forEach((recipient, result) -> outcomes.put(recipient, outcome(result, retryAt)));
        boolean open = outcomes.values().stream().anyMatch(Deferred.class::isInstance);
        // what only the mailbox's trouble holds back stays as due as it was: the closed lane keeps it
        Instant next = open && attempt.counts() ? retryAt.orElse(now) : null;
        return new Settlement(outcomes, next, attempt.counts(), lane.upstream().name(), lane.account());
    }

    private static Outcome outcome(Result result, Optional<Instant> retryAt) {
        Outcome outcome = result.verdict().outcome();
        boolean givenUp = outcome instanceof Deferred && !result.isMailboxTrouble() && retryAt.isEmpty();
        return givenUp ? new Failed(outcome.reply()) : outcome;
    }

    /// Does not return before what the upstream said is on disk: to send more while that cannot be recorded
    /// would make duplicates after the next start.
    private List<QueueId> settle(Claim claim, Settlement settlement, List<Submission> notice) {
        while (true) {
            try {
                return queue.settle(claim, settlement, notice);
            } catch (QueueException e) {
                log.error(
                        "what came of message {} cannot be written, so that it may be sent twice: {} ({})",
                        claim.id(),
                        settlement.outcomes(),
                        e.getMessage());
                if (e.isFinal()) {
                    throw e;
                }
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
}
