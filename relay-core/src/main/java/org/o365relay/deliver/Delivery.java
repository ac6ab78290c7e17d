package org.o365relay.deliver;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.Attempt.Result;
import org.o365relay.deliver.DsnSender.Notices;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.queue.Claim;
import org.o365relay.queue.ContentStream;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.MessageQueue;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.SuppressedNotice;
import org.o365relay.rewrite.RewriteResult.Rewritten;
import org.o365relay.rewrite.RewriteResult.Unacceptable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes one attempt to deliver one message, from claim to settlement: rewrite it, hand it over on the road that
/// the lane takes, have the answers judged, settle, and tell the journal.
public final class Delivery {

    private static final Logger log = LoggerFactory.getLogger(Delivery.class);
    private static final Duration QUEUE_RETRY_DELAY = Duration.ofSeconds(5);

    private static final Duration POOL_RETRY_DELAY = Duration.ofMinutes(10);
    private static final Reply QUOTA_USED_UP =
            Reply.of(452, "4.5.3", "The mailbox has sent to as many recipients as it may in 24 hours");

    private static final Reply BOUNCED_BY_OPERATOR = Reply.of(550, "5.7.0", "returned by the operator of the relay");

    private final MessageQueue queue;
    private final MailboxSender sender;
    private final SettlementPlanner planner;
    private final DsnSender dsnSender;
    private final Journal journal;
    private final SettlementReport report;

    /// @param sender what is delivered through
    /// @param desk for notices
    public Delivery(
            MessageQueue queue,
            MailboxSender lane,
            RetrySchedule retry,
            NoticePolicy desk,
            Journal journal,
            InstantSource clock,
            RandomGenerator random) {
        this.queue = queue;
        this.sender = lane;
        this.planner = new SettlementPlanner(retry, clock, random);
        this.dsnSender = new DsnSender(queue, desk, lane.mailbox(), clock);
        this.journal = journal;
        this.report = new SettlementReport(journal, clock);
    }

    /// Puts the message back if no road is open for it, or the account has no room for its recipients.
    void deliver(Claim claim) {
        Optional<DeliveryPermit> passage = sender.failover().acquire();
        if (passage.isEmpty()) {
            putBack(claim);
            return;
        }
        try {
            deliver(claim, passage.get());
        } finally {
            sender.failover().release(passage.get());
        }
    }

    /// Gives a message up without trying it, because an operator says so. The author is told as of any failure, also if
    /// the message cannot be read.
    ///
    /// @param claim of whichever lane
    /// @throws QueueException if that cannot be written
    /// @param by name of the operator, for the log
    public void bounce(Claim claim, String by) {
        Attempt none = localFailure(
                claim,
                BOUNCED_BY_OPERATOR,
                original(claim),
                response -> sender.judge(response, false).withName("operator"));
        record(
                claim,
                none,
                SettlementPlanner.bounce(none),
                by,
                (settlement, notices, withheld) -> queue.settle(claim, settlement, notices, withheld));
    }

    private ReportedMessage original(Claim claim) {
        try (ContentStream content = queue.content(claim)) {
            return sender.rewriter()
                    .rewrite(claim.id(), claim.arrival(), claim.envelope(), content)
                    .original();
        } catch (IOException e) {
            log.warn("message {} cannot be read for its notice: {}", claim.id(), e.getMessage());
        } catch (RuntimeException e) {
            log.error("message {} cannot be read for its notice because of a bug; please report it", claim.id(), e);
        }
        return new ReportedMessage(claim.envelope().returnPath().orElse(null), new byte[0]);
    }

    private void deliver(Claim claim, DeliveryPermit passage) {
        DailyQuota allowance = sender.account().dailyQuota();
        int recipients = claim.recipients().size();
        Optional<Instant> room = allowance.reserve(recipients);
        if (room.isPresent()) {
            waitForQuota(claim, passage, room.get());
            return;
        }
        int delivered = 0;
        Attempt attempt;
        Optional<String> damage;
        try (ContentStream content = queue.content(claim)) {
            attempt = attempt(claim, passage, content);
            delivered = attempt.delivered();
            damage = content.damage();
        } finally {
            allowance.settle(recipients, delivered);
        }
        AttemptRuling ruling = evaluate(passage, claim, attempt);
        if (!attempt.reachedMail()) {
            sender.account().rateLimiter().refund(1);
        }
        if (damage.isPresent()) {
            quarantine(claim, damage.get());
        } else {
            Settlement reckoned = planner.plan(
                    claim, ruling, passage.health().name(), sender.account().name());
            record(
                    claim,
                    ruling.attempt(),
                    reckoned,
                    "",
                    (settlement, notices, withheld) -> settle(claim, settlement, notices, withheld));
        }
    }

    /// What the upstream has said is recorded whatever becomes of the news of it.
    private AttemptRuling evaluate(DeliveryPermit passage, Claim claim, Attempt attempt) {
        try {
            return sender.evaluate(passage, claim, attempt);
        } catch (RuntimeException e) {
            log.error("the lane cannot learn from message {} because of a bug; please report it", claim.id(), e);
            return AttemptRuling.of(attempt);
        }
    }

    /// The message waits, and others that need less room go on. The lane waits when there is none at all, or when
    /// the message has waited so long that it is its turn.
    private void waitForQuota(Claim claim, DeliveryPermit passage, Instant room) {
        Optional<Instant> any = planner.isExpired(claim)
                ? Optional.of(room)
                : sender.account().dailyQuota().fullUntil(1);
        if (any.isPresent()) {
            sender.waitForQuota(passage, any.get(), QUOTA_USED_UP);
            putBack(claim);
            return;
        }
        sender.account().rateLimiter().refund(1);
        boolean othersMayHaveRoom = sender.isFromPool(claim);
        Instant next = othersMayHaveRoom ? planner.earlierOf(room, POOL_RETRY_DELAY) : room;
        String upstream = passage.health().name();
        settle(
                claim,
                SettlementPlanner.deferral(
                        claim, QUOTA_USED_UP, next, upstream, sender.account().name()),
                List.of(),
                List.of());
        if (othersMayHaveRoom) {
            queue.releaseToPools(sender.claimScope());
        }
    }

    private void putBack(Claim claim) {
        sender.account().rateLimiter().refund(1);
        queue.putBack(claim);
    }

    /// Tried again, it would not be delivered, and given up in the end: its author cannot help it.
    private void quarantine(Claim claim, String damage) {
        log.error(
                "message {} is damaged in the queue ({}) and has been put on hold; check the disk, and see what of it"
                        + " can be read",
                claim.id(),
                damage);
        queue.holdDamaged(claim, damage);
    }

    private Attempt attempt(Claim claim, DeliveryPermit passage, ContentStream content) {
        try {
            return switch (sender.rewriter().rewrite(claim.id(), claim.arrival(), claim.envelope(), content)) {
                case Rewritten rewritten -> attempt(claim, rewritten, passage);
                case Unacceptable(Reply reply, ReportedMessage original) -> localFailure(claim, reply, original);
            };
        } catch (IOException e) {
            log.error("message {} cannot be read: {}", claim.id(), e.getMessage());
            return localFailure(claim, "The relay cannot read the message in its queue");
        } catch (RuntimeException e) {
            log.error("message {} cannot be handed over because of a bug; please report it", claim.id(), e);
            return localFailure(claim, "The relay has failed, see its log");
        }
    }

    private Attempt attempt(Claim claim, Rewritten rewritten, DeliveryPermit passage) {
        @Nullable EmailAddress alias = rewritten.sendAsAuthor().orElse(null);
        Map<Recipient, Result> results = sender.breakers().inBackoff(claim.recipients(), alias);
        List<Recipient> tried = claim.recipients().stream()
                .filter(recipient -> !results.containsKey(recipient))
                .toList();
        if (!tried.isEmpty()) {
            passage.upstream()
                    .attempt(outgoing(claim, rewritten, tried))
                    .forEach((recipient, response) ->
                            results.put(recipient, new Result(response, sender.judge(response, alias != null))));
        }
        return Attempt.of(claim.recipients(), results, rewritten.original(), alias);
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

    private Attempt localFailure(Claim claim, String trouble) {
        return localFailure(claim, Reply.of(451, "4.3.0", trouble), new ReportedMessage(null, new byte[0]));
    }

    private Attempt localFailure(Claim claim, Reply reply, ReportedMessage original) {
        return localFailure(claim, reply, original, response -> sender.judge(response, false));
    }

    private static Attempt localFailure(
            Claim claim, Reply reply, ReportedMessage original, Function<Response, Verdict> judging) {
        Response response = new Response(Step.CONTENT, reply, Origin.RELAY);
        Verdict verdict = judging.apply(response);
        Map<Recipient, Result> results = new HashMap<>();
        claim.recipients().forEach(recipient -> results.put(recipient, new Result(response, verdict)));
        return Attempt.of(claim.recipients(), results, original, null);
    }

    @FunctionalInterface
    private interface SettlementWriter {
        /// @return the notices' ids
        List<QueueId> write(Settlement settlement, List<LocalMessage> notices, List<SuppressedNotice> withheld);
    }

    private void record(Claim claim, Attempt attempt, Settlement settlement, String by, SettlementWriter writing) {
        Notices written = dsnSender.notices(claim, attempt, settlement);
        List<LocalMessage> notices = written.messages();
        List<QueueId> noticeIds =
                writing.write(settlement, notices, written.suppressed().stream().toList());
        for (int i = 0; i < notices.size(); i++) {
            LocalMessage notice = notices.get(i);
            journal.accepted(noticeIds.get(i), notice.arrival(), notice.envelope(), notice.size());
        }
        report.log(claim, attempt, settlement, written, by);
    }

    /// Does not return before what the upstream said is on disk: to send more while that cannot be recorded
    /// would make duplicates after the next start.
    private List<QueueId> settle(
            Claim claim, Settlement settlement, List<LocalMessage> notices, List<SuppressedNotice> withheld) {
        while (true) {
            try {
                return queue.settle(claim, settlement, notices, withheld);
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
            Thread.sleep(QUEUE_RETRY_DELAY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw trouble;
        }
    }
}
