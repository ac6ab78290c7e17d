package org.o365relay.deliver;

import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.AttemptPermit.Start;
import org.o365relay.deliver.health.Breakers.Backoff;
import org.o365relay.deliver.health.DeliveryPermit;
import org.o365relay.deliver.notify.DsnComposer;
import org.o365relay.deliver.notify.NoticePolicy;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.journal.Journal;
import org.o365relay.machine.Shortage;
import org.o365relay.mail.Arrival;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Claims;
import org.o365relay.queue.ContentStream;
import org.o365relay.queue.HistoryEntry;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.Settlement;
import org.o365relay.rewrite.RewriteResult.Rewritten;
import org.o365relay.rewrite.RewriteResult.Unacceptable;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes one attempt to deliver one message, from claim to settlement: rewrites the message, sends it to the
/// upstream of the delivery permit, classifies the replies, settles the message, and writes to the journal.
public final class Delivery {

    private static final Logger log = LoggerFactory.getLogger(Delivery.class);
    private static final ReportedMessage NOTHING_READ = new ReportedMessage(null, new byte[0]);

    private final Claims queue;
    private final MailboxSender sender;
    private final AttemptEvaluator evaluator;
    private final SettlementPlanner planner;
    private final SettlementWriter settlements;
    private final SteadyClock clock;
    private final QuotaWait quotaWait;

    /// @param sender mailbox sender to deliver through
    /// @param policy texts and limits of the notices
    public Delivery(
            Claims queue,
            MailboxSender sender,
            RetrySchedule retry,
            NoticePolicy policy,
            Journal journal,
            SteadyClock clock,
            RandomGenerator random) {
        this.queue = queue;
        this.sender = sender;
        this.clock = clock;
        this.evaluator = new AttemptEvaluator(sender, new WaitingMail(queue, sender), journal, clock);
        this.planner = new SettlementPlanner(retry, clock, random);
        this.settlements = new SettlementWriter(
                queue, new DsnComposer(queue, policy, sender.mailbox(), clock.calendar()), journal, clock);
        this.quotaWait = new QuotaWait(queue, sender, retry, settlements, clock);
    }

    /// Delivers the message. Puts it back if no delivery may start, and postpones it if the daily quota has no
    /// room for its recipients.
    ///
    /// @param permit permit for the attempt; closed by this method
    void deliver(Claim claim, AttemptPermit permit) {
        try (permit) {
            switch (permit.begin(claim.recipients().size())) {
                case Start.Permitted(DeliveryPermit upstream) -> deliver(claim, permit, upstream);
                case Start.NoUpstream() -> queue.putBack(claim);
                case Start.QuotaUsedUp(DeliveryPermit upstream, Instant until) ->
                    quotaWait.postpone(claim, upstream, until, permit);
            }
        }
        makeDueForRequestedProbe(claim);
    }

    private void deliver(Claim claim, AttemptPermit permit, DeliveryPermit upstream) {
        Attempt attempt;
        Optional<String> damage;
        try (ContentStream content = queue.content(claim)) {
            attempt = attempt(claim, upstream, content);
            damage = content.damage();
        }
        if (damage.isPresent()) {
            permit.attempted(attempt.delivered(), attempt.reachedMail());
            evaluate(upstream, claim, attempt);
            hold(claim, damage.get());
        } else if (attempt.isUnsuitable()) {
            deliverByOther(claim, permit, upstream, attempt);
        } else {
            settle(claim, permit, upstream, permit.hasOther() ? attempt.leavingUnsuitable() : attempt);
        }
    }

    /// Delivers a message that the upstream cannot accept through another upstream of the mailbox, to all its
    /// recipients. If the others are not open now, the message waits; if there are none, it fails.
    private void deliverByOther(Claim claim, AttemptPermit permit, DeliveryPermit upstream, Attempt refusal) {
        Optional<DeliveryPermit> other = permit.beginOther();
        if (other.isPresent()) {
            evaluate(upstream, claim, refusal); // other recipients may have been refused
            log.info(
                    "message {}: {} cannot accept it, trying {}: {}",
                    claim.id(),
                    name(upstream),
                    name(other.get()),
                    refusal.unsuitability());
            deliver(claim, permit, other.get());
        } else {
            settle(claim, permit, upstream, permit.hasOther() ? refusal.awaitingUpstream() : refusal);
        }
    }

    private void settle(Claim claim, AttemptPermit permit, DeliveryPermit upstream, Attempt attempt) {
        permit.attempted(attempt.delivered(), attempt.reachedMail());
        Attempt evaluated = evaluate(upstream, claim, attempt).limitingRepeats(planner.isLastAttempt(claim));
        Settlement settlement =
                planner.plan(claim, evaluated, name(upstream), sender.account().name());
        settlements.write(claim, evaluated, settlement, permit);
    }

    private String name(DeliveryPermit upstream) {
        return sender.failover().upstream(upstream).name();
    }

    private Attempt attempt(Claim claim, DeliveryPermit upstream, ContentStream content) {
        try {
            Arrival arrival = claim.arrival().plausibleAt(clock.calendar().instant());
            return switch (sender.rewriter()
                    .rewrite(claim.id(), arrival, claim.envelope(), claim.newMessageId(), content)) {
                case Rewritten rewritten -> attempt(claim, rewritten, upstream);
                case Unacceptable(Reply reply, ReportedMessage original) -> localFailure(claim, reply, original);
            };
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            return failed(claim, e);
        }
    }

    /// Creates the attempt for a failure in the relay. A [Shortage] is treated like an upstream that cannot be
    /// reached: the attempt does not count, and other messages wait, too.
    private Attempt failed(Claim claim, Throwable failure) {
        Optional<Shortage> shortage = Shortage.causeOf(failure);
        if (shortage.isPresent()) {
            log.warn("message {} is deferred: {}", claim.id(), shortage.get().text());
            Reply reply = Reply.of(451, "4.3.1", shortage.get().text());
            return localFailure(claim, new Response(Step.CONNECT, reply, Origin.NETWORK), NOTHING_READ);
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof IOException) {
            log.error(
                    "message {} cannot be read from the queue, and is deferred: {}", claim.id(), failure.getMessage());
            return localFailure(claim, "The relay cannot read the message from its queue");
        }
        log.error("message {} cannot be sent because of a bug, and is deferred; please report it", claim.id(), failure);
        return localFailure(claim, "Internal error in the relay, see its log");
    }

    private Attempt attempt(Claim claim, Rewritten rewritten, DeliveryPermit permit) throws IOException {
        @Nullable EmailAddress alias = rewritten.sendAsAuthor().orElse(null);
        Map<Recipient, Backoff> inBackoff = inBackoff(claim, alias);
        List<Recipient> tried = claim.recipients().stream()
                .filter(recipient -> !inBackoff.containsKey(recipient))
                .toList();
        Map<Recipient, Verdict> verdicts = new HashMap<>();
        Upstream upstream = sender.failover().upstream(permit);
        EarlierAttempts earlier = upstream.canLookUp() ? earlierAttempts(claim) : EarlierAttempts.NONE;
        if (!tried.isEmpty()) {
            OutgoingMessage message = outgoing(claim, rewritten, tried);
            Map<Recipient, Response> responses =
                    earlier.mayHaveDelivered() ? upstream.repeat(message) : upstream.attempt(message);
            responses.forEach((recipient, response) ->
                    verdicts.put(recipient, sender.policy().judge(response, alias != null)));
        }
        return Attempt.of(claim.recipients(), verdicts, inBackoff, rewritten.original(), alias)
                .after(earlier);
    }

    /// @return the recipients in backoff; an operator's retry of the message ends the backoffs that began
    ///     before it
    private Map<Recipient, Backoff> inBackoff(Claim claim, @Nullable EmailAddress alias) throws IOException {
        Map<Recipient, Backoff> inBackoff = sender.breakers().inBackoff(claim.recipients(), alias);
        Optional<Instant> retriedAt = inBackoff.isEmpty()
                ? Optional.empty()
                : history(claim).stream()
                        .filter(event -> event.kind().equals("retried"))
                        .map(HistoryEntry::at)
                        .max(Instant::compareTo);
        return retriedAt.isEmpty()
                ? inBackoff
                : sender.breakers().inBackoffSince(retriedAt.get(), List.copyOf(inBackoff.keySet()), alias);
    }

    private EarlierAttempts earlierAttempts(Claim claim) throws IOException {
        return EarlierAttempts.of(history(claim));
    }

    private List<HistoryEntry> history(Claim claim) throws IOException {
        try {
            return queue.history(claim);
        } catch (QueueException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private static OutgoingMessage outgoing(Claim claim, Rewritten rewritten, List<Recipient> recipients) {
        return new OutgoingMessage(
                claim.id(),
                rewritten.sender(),
                recipients,
                claim.envelope().smtpUtf8(),
                claim.size(),
                DsnForwarding.of(claim, rewritten.sender()),
                rewritten::writeTo,
                rewritten.isBinary() ? rewritten::writeBinaryTo : null);
    }

    private Attempt localFailure(Claim claim, String failure) {
        return localFailure(claim, Reply.of(451, "4.3.0", failure), NOTHING_READ);
    }

    private Attempt localFailure(Claim claim, Reply reply, ReportedMessage original) {
        return localFailure(claim, new Response(Step.CONTENT, reply, Origin.RELAY), original);
    }

    private Attempt localFailure(Claim claim, Response response, ReportedMessage original) {
        return Attempt.local(claim.recipients(), sender.policy().judge(response, false), original);
    }

    /// Evaluates the result. If the evaluation fails because of a bug, the result is settled without
    /// evaluation.
    private Attempt evaluate(DeliveryPermit upstream, Claim claim, Attempt attempt) {
        try {
            return evaluator.evaluate(upstream, claim, attempt);
        } catch (RuntimeException e) {
            log.error(
                    "the result of message {} cannot be evaluated because of a bug, and is settled as reported; please"
                            + " report it",
                    claim.id(),
                    e);
            return attempt;
        }
    }

    /// Puts the damaged message on hold: retries would end in a bounce, and the sender could not fix the cause.
    private void hold(Claim claim, String damage) {
        log.error(
                "message {} is damaged in the queue ({}) and was put on hold; check the disk, then bounce or delete the"
                        + " message",
                claim.id(),
                damage);
        queue.holdDamaged(claim, damage);
    }

    /// Makes the message due now if a probe that an operator requested must send a message. When the probe was
    /// requested, this message may have been in flight, and the queue may contain no other message that is due.
    private void makeDueForRequestedProbe(Claim claim) {
        Optional<String> requestedBy = sender.failover().messageProbeRequestedBy();
        if (requestedBy.isEmpty()) {
            return;
        }
        try {
            queue.retry(claim, requestedBy.get());
        } catch (QueueException e) {
            log.warn("message {} cannot be made due for a probe and is retried later: {}", claim.id(), e.getMessage());
        }
    }
}
