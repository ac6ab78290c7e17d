package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.o365relay.deliver.notify.DsnComposer;
import org.o365relay.deliver.notify.DsnComposer.Notices;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.journal.Event;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.RecipientAttempt;
import org.o365relay.journal.Journal;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Claims;
import org.o365relay.queue.LocalMessage;
import org.o365relay.queue.QueueException;
import org.o365relay.queue.Settlement;
import org.o365relay.time.SteadyClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Commits settlements together with the DSNs that they require, and then writes the queued DSNs and the result
/// for each recipient to the journal.
final class SettlementWriter {

    private static final Logger log = LoggerFactory.getLogger(SettlementWriter.class);
    private static final Duration QUEUE_RETRY_DELAY = Duration.ofSeconds(5);

    private final Claims queue;
    private final DsnComposer dsnComposer;
    private final Journal journal;
    private final SteadyClock clock;

    SettlementWriter(Claims queue, DsnComposer dsnComposer, Journal journal, SteadyClock clock) {
        this.queue = queue;
        this.dsnComposer = dsnComposer;
        this.journal = journal;
        this.clock = clock;
    }

    /// Writes the settlement of an attempt. Returns only when the settlement is on disk, or when the message is
    /// on hold because the queue is damaged: a message whose lease ends without a settlement is sent again.
    ///
    /// @param permit closed as soon as its next use cannot be written before the settlement, so that the message
    ///     does not occupy a connection while it waits for the disk
    void write(Claim claim, Attempt attempt, Settlement settlement, AttemptPermit permit) {
        Notices notices = dsnComposer.notices(claim, attempt.verdicts(), attempt.original(), settlement);
        commitWithRetries(claim, settlement, notices, permit)
                .ifPresent(noticeIds -> log(claim, attempt, settlement, notices, noticeIds, ""));
    }

    /// Writes the settlement of a message that was not tried, without notices or journal events. Returns only
    /// when the settlement is on disk, or when the message is on hold because the queue is damaged.
    ///
    /// @param permit closed as in [#write]
    void writeDeferral(Claim claim, Settlement settlement, AttemptPermit permit) {
        commitWithRetries(claim, settlement, Notices.NONE, permit);
    }

    /// Writes the settlement of a message that an operator bounces.
    ///
    /// @param by user name of the operator
    /// @throws QueueException if the settlement cannot be written
    void writeBounce(Claim claim, Attempt attempt, Settlement settlement, String by) {
        Notices notices = dsnComposer.bounceNotices(claim, attempt.verdicts(), attempt.original(), settlement);
        List<QueueId> noticeIds = commit(claim, settlement, notices, () -> {});
        log(claim, attempt, settlement, notices, noticeIds, by);
    }

    private List<QueueId> commit(Claim claim, Settlement settlement, Notices notices, Runnable onSubmit) {
        return queue.settle(
                claim,
                settlement,
                notices.messages(),
                notices.suppressed().stream().toList(),
                onSubmit);
    }

    /// @return the IDs of the notices; empty if the message is on hold because the queue is damaged
    /// @throws QueueException if the queue is closed, the lease has ended, or the thread is interrupted
    private Optional<List<QueueId>> commitWithRetries(
            Claim claim, Settlement settlement, Notices notices, AttemptPermit permit) {
        boolean isLogged = false;
        while (true) {
            try {
                return Optional.of(commit(claim, settlement, notices, permit::close));
            } catch (QueueException e) {
                if (e.isFinal()) {
                    logUnwritten(claim, settlement, e);
                    throw e;
                }
                if (!isLogged) {
                    logUnwritten(claim, settlement, e); // once, although every retry may fail
                    isLogged = true;
                }
                if (e.isDamage() && isHeld(claim, e)) {
                    return Optional.empty();
                }
                waitForDisk(e);
            }
        }
    }

    private static void logUnwritten(Claim claim, Settlement settlement, QueueException failure) {
        log.error(
                "the result of message {} cannot be written, so it may be delivered twice; result {}: {}",
                claim.id(),
                settlement.outcomes(),
                failure.getMessage());
    }

    /// Puts the message on hold, because its result cannot be written to the damaged queue. Otherwise the
    /// message would be sent again each time its lease ends.
    ///
    /// @return whether the message is on hold
    private boolean isHeld(Claim claim, QueueException failure) {
        try {
            queue.holdDamaged(claim, "the result of an attempt cannot be written: " + failure.getMessage());
            log.error("message {} was put on hold; check in the log whether it was delivered", claim.id());
            return true;
        } catch (QueueException e) {
            log.debug("message {} cannot be put on hold: {}", claim.id(), e.getMessage());
            return false;
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

    private void log(
            Claim claim, Attempt attempt, Settlement settlement, Notices notices, List<QueueId> noticeIds, String by) {
        for (int i = 0; i < noticeIds.size(); i++) {
            LocalMessage notice = notices.messages().get(i);
            journal.record(new Accepted(noticeIds.get(i), notice.arrival(), notice.envelope(), notice.size()));
        }
        attempt.verdicts().forEach((recipient, verdict) -> {
            RecipientAttempt details = details(claim, recipient, verdict, settlement.upstream());
            switch (settlement.outcomes().get(recipient)) {
                case Delivered _ -> journal.record(new Event.Delivered(details));
                case Deferred _ -> logDeferred(details, verdict, settlement);
                case Failed _ -> logFailed(details, by, wantsFailureNotice(claim, recipient), notices);
                case null -> throw new IllegalArgumentException("not settled: " + recipient);
            }
        });
    }

    private void logFailed(RecipientAttempt details, String by, boolean isNotified, Notices notices) {
        boolean inDigest = isNotified && notices.suppressed().isPresent();
        journal.record(new Event.Failed(details, by, isNotified ? notices.failureTo() : null, inDigest));
    }

    private static boolean wantsFailureNotice(Claim claim, Recipient recipient) {
        return claim.envelope().wantsNotice(recipient.address(), NotifyCondition.FAILURE);
    }

    /// Logs nothing if the attempt does not count, for example because the upstream is at fault: a block is
    /// logged once, not for every message.
    private void logDeferred(RecipientAttempt details, Verdict verdict, Settlement settlement) {
        Instant next = settlement.nextAttempt();
        if (settlement.counts() && next != null) {
            journal.record(new Event.Deferred(details, clock.toCalendar(next), verdict.mayHaveArrived()));
        }
    }

    private RecipientAttempt details(Claim claim, Recipient recipient, Verdict verdict, String upstream) {
        return new RecipientAttempt(
                new Accepted(claim.id(), claim.arrival(), claim.envelope(), claim.size()),
                recipient.address(),
                upstream,
                verdict.judged(),
                claim.attempts(),
                Duration.between(claim.age().arrivedAt(), clock.instant()));
    }
}
