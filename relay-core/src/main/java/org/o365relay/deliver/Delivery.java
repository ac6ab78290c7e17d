package org.o365relay.deliver;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.DsnSender.Notices;
import org.o365relay.deliver.health.Breakers.Backoff;
import org.o365relay.deliver.health.DeliveryPermit;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Claims;
import org.o365relay.queue.ContentStream;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.rewrite.RewriteResult.Rewritten;
import org.o365relay.rewrite.RewriteResult.Unacceptable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes one attempt to deliver one message, from claim to settlement: rewrites it, sends it to the upstream in
/// use, classifies the replies, settles, and writes to the journal.
public final class Delivery {

    private static final Logger log = LoggerFactory.getLogger(Delivery.class);
    private static final Duration QUEUE_RETRY_DELAY = Duration.ofSeconds(5);

    private static final Duration POOL_RETRY_DELAY = Duration.ofMinutes(10);
    private static final Reply QUOTA_USED_UP =
            Reply.of(452, "4.5.3", "The mailbox has sent to as many recipients as it may in 24 hours");

    private static final Reply BOUNCED_BY_OPERATOR = Reply.of(550, "5.7.0", "bounced by the operator of the relay");

    private final Claims queue;
    private final MailboxSender sender;
    private final SettlementPlanner planner;
    private final DsnSender dsnSender;
    private final Journal journal;
    private final SettlementReport report;

    /// @param sender of the mailbox to deliver through
    /// @param policy for notices
    public Delivery(
            Claims queue,
            MailboxSender sender,
            RetrySchedule retry,
            NoticePolicy policy,
            Journal journal,
            InstantSource clock,
            RandomGenerator random) {
        this.queue = queue;
        this.sender = sender;
        this.planner = new SettlementPlanner(retry, clock, random);
        this.dsnSender = new DsnSender(queue, policy, sender.mailbox(), clock);
        this.journal = journal;
        this.report = new SettlementReport(journal, clock);
    }

    /// Delivers the message, or puts it back if no delivery may start or the daily quota has no room.
    void deliver(Claim claim) {
        Optional<DeliveryPermit> permit = sender.failover().acquire();
        if (permit.isEmpty()) {
            putBack(claim);
            return;
        }
        try {
            deliver(claim, permit.get());
        } finally {
            sender.failover().release(permit.get());
        }
        makeDueForRequestedProbe(claim);
    }

    /// Makes the message due now if an operator requested a probe that must send a message: when it was
    /// requested, this message was in flight, and there may have been no other.
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

    /// Bounces a message on an operator's command: fails all open recipients without an attempt and notifies
    /// the sender, even if the message cannot be read.
    ///
    /// @param claim of any mailbox or pool
    /// @param by user name of the operator, for the log
    /// @throws QueueException if the settlement cannot be written
    public void bounce(Claim claim, String by) {
        Verdict verdict = localVerdict(BOUNCED_BY_OPERATOR).withName("operator");
        Attempt attempt = Attempt.local(claim.recipients(), verdict, original(claim));
        record(
                claim,
                attempt,
                SettlementPlanner.bounce(attempt),
                by,
                (settlement, notices, suppressed) -> queue.settle(claim, settlement, notices, suppressed));
    }

    private ReportedMessage original(Claim claim) {
        try (ContentStream content = queue.content(claim)) {
            return sender.rewriter()
                    .rewrite(claim.id(), claim.arrival(), claim.envelope(), content)
                    .original();
        } catch (IOException e) {
            log.warn("message {} cannot be read, so its notice has no header fields: {}", claim.id(), e.getMessage());
        } catch (RuntimeException e) {
            log.error(
                    "message {} cannot be read because of a bug, so its notice has no header fields; please report it",
                    claim.id(),
                    e);
        }
        return new ReportedMessage(claim.envelope().returnPath().orElse(null), new byte[0]);
    }

    private void deliver(Claim claim, DeliveryPermit permit) {
        DailyQuota quota = sender.account().dailyQuota();
        int recipients = claim.recipients().size();
        Optional<Instant> fullUntil = quota.reserve(recipients);
        if (fullUntil.isPresent()) {
            waitForQuota(claim, permit, fullUntil.get());
            return;
        }
        int delivered = 0;
        Attempt attempt;
        Optional<String> damage;
        try (ContentStream content = queue.content(claim)) {
            attempt = attempt(claim, permit, content);
            delivered = attempt.delivered();
            damage = content.damage();
        } finally {
            quota.settle(recipients, delivered);
        }
        Attempt evaluated = evaluate(permit, claim, attempt);
        if (!attempt.reachedMail()) {
            sender.account().rateLimiter().refund(1);
        }
        if (damage.isPresent()) {
            hold(claim, damage.get());
        } else {
            Settlement planned = planner.plan(
                    claim, evaluated, permit.health().name(), sender.account().name());
            record(
                    claim,
                    evaluated,
                    planned,
                    "",
                    (settlement, notices, suppressed) -> settle(claim, settlement, notices, suppressed));
        }
    }

    /// Evaluates the result. A bug in the evaluation does not prevent it from being settled.
    private Attempt evaluate(DeliveryPermit permit, Claim claim, Attempt attempt) {
        try {
            return sender.evaluate(permit, claim, attempt);
        } catch (RuntimeException e) {
            log.error(
                    "the result of message {} cannot be evaluated because of a bug and is settled as reported; please report it",
                    claim.id(),
                    e);
            return attempt;
        }
    }

    /// Defers the message, while messages with fewer recipients are sent. Blocks the mailbox if the quota is
    /// used up, or if the message is older than the retry time.
    private void waitForQuota(Claim claim, DeliveryPermit permit, Instant fullUntil) {
        Optional<Instant> nextFree = planner.isExpired(claim)
                ? Optional.of(fullUntil)
                : sender.account().dailyQuota().fullUntil(1);
        if (nextFree.isPresent()) {
            sender.waitForQuota(permit, nextFree.get(), QUOTA_USED_UP);
            putBack(claim);
            return;
        }
        sender.account().rateLimiter().refund(1);
        boolean fromPool = sender.isFromPool(claim);
        Instant next = fromPool ? planner.earlierOf(fullUntil, POOL_RETRY_DELAY) : fullUntil;
        String upstream = permit.health().name();
        settle(
                claim,
                SettlementPlanner.deferral(
                        claim, QUOTA_USED_UP, next, upstream, sender.account().name()),
                List.of(),
                List.of());
        if (fromPool) {
            queue.releaseToPools(sender.claimScope());
        }
    }

    private void putBack(Claim claim) {
        sender.account().rateLimiter().refund(1);
        queue.putBack(claim);
    }

    /// Puts the damaged message on hold: retries would end in a bounce, about which the sender can do nothing.
    private void hold(Claim claim, String damage) {
        log.error(
                "message {} is damaged in the queue ({}) and was put on hold; check the disk, then bounce or delete the"
                        + " message",
                claim.id(),
                damage);
        queue.holdDamaged(claim, damage);
    }

    private Attempt attempt(Claim claim, DeliveryPermit permit, ContentStream content) {
        try {
            return switch (sender.rewriter().rewrite(claim.id(), claim.arrival(), claim.envelope(), content)) {
                case Rewritten rewritten -> attempt(claim, rewritten, permit);
                case Unacceptable(Reply reply, ReportedMessage original) -> localFailure(claim, reply, original);
            };
        } catch (IOException e) {
            log.error("message {} cannot be read from the queue, and is deferred: {}", claim.id(), e.getMessage());
            return localFailure(claim, "The relay cannot read the message from its queue");
        } catch (RuntimeException e) {
            log.error("message {} cannot be sent because of a bug, and is deferred; please report it", claim.id(), e);
            return localFailure(claim, "Internal error in the relay, see its log");
        }
    }

    private Attempt attempt(Claim claim, Rewritten rewritten, DeliveryPermit permit) {
        @Nullable EmailAddress alias = rewritten.sendAsAuthor().orElse(null);
        Map<Recipient, Backoff> inBackoff = sender.breakers().inBackoff(claim.recipients(), alias);
        List<Recipient> tried = claim.recipients().stream()
                .filter(recipient -> !inBackoff.containsKey(recipient))
                .toList();
        Map<Recipient, Verdict> verdicts = new HashMap<>();
        if (!tried.isEmpty()) {
            permit.upstream()
                    .attempt(outgoing(claim, rewritten, tried))
                    .forEach((recipient, response) -> verdicts.put(recipient, sender.judge(response, alias != null)));
        }
        return Attempt.of(claim.recipients(), verdicts, inBackoff, rewritten.original(), alias);
    }

    private static OutgoingMessage outgoing(Claim claim, Rewritten rewritten, List<Recipient> recipients) {
        return new OutgoingMessage(
                claim.id(),
                rewritten.sender(),
                recipients,
                claim.envelope().smtpUtf8(),
                DsnForwarding.of(claim, rewritten.sender()),
                rewritten::writeTo,
                rewritten.isBinary() ? rewritten::writeBinaryTo : null);
    }

    private Attempt localFailure(Claim claim, String failure) {
        return localFailure(claim, Reply.of(451, "4.3.0", failure), new ReportedMessage(null, new byte[0]));
    }

    private Attempt localFailure(Claim claim, Reply reply, ReportedMessage original) {
        return Attempt.local(claim.recipients(), localVerdict(reply), original);
    }

    private Verdict localVerdict(Reply reply) {
        return sender.judge(new Response(Step.CONTENT, reply, Origin.RELAY), false);
    }

    @FunctionalInterface
    private interface SettlementWriter {
        /// @return IDs of the notices
        List<QueueId> write(Settlement settlement, List<LocalMessage> notices, List<SuppressedNotice> suppressed);
    }

    private void record(Claim claim, Attempt attempt, Settlement settlement, String by, SettlementWriter writer) {
        Notices written = dsnSender.notices(claim, attempt, settlement);
        List<LocalMessage> notices = written.messages();
        List<QueueId> noticeIds =
                writer.write(settlement, notices, written.suppressed().stream().toList());
        for (int i = 0; i < notices.size(); i++) {
            LocalMessage notice = notices.get(i);
            journal.record(new Accepted(noticeIds.get(i), notice.arrival(), notice.envelope(), notice.size()));
        }
        report.log(claim, attempt, settlement, written, by);
    }

    /// Does not return before the result is on disk: sending more messages while results cannot be recorded
    /// would send duplicates after the next start.
    private List<QueueId> settle(
            Claim claim, Settlement settlement, List<LocalMessage> notices, List<SuppressedNotice> suppressed) {
        while (true) {
            try {
                return queue.settle(claim, settlement, notices, suppressed);
            } catch (QueueException e) {
                log.error(
                        "the result of message {} cannot be written, so it may be delivered twice; result {}: {}",
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

    private static void waitForDisk(QueueException failure) {
        try {
            Thread.sleep(QUEUE_RETRY_DELAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure;
        }
    }
}
