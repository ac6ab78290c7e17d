package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.o365relay.deliver.health.Cause;
import org.o365relay.deliver.health.DeliveryPermit;
import org.o365relay.deliver.health.HealthEvent.QuotaUsedUp;
import org.o365relay.deliver.limits.DailyQuota;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.journal.Event.JudgedReply;
import org.o365relay.mail.Outcome;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Recipient;
import org.o365relay.mail.Reply;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Claims;
import org.o365relay.queue.Settlement;
import org.o365relay.queue.Settlement.Remark;

/// Postpones messages for which the account's daily quota has no room.
record QuotaWait(
        Claims queue, MailboxSender sender, RetrySchedule retry, SettlementWriter settlements, InstantSource clock) {

    private static final Duration POOL_RETRY_DELAY = Duration.ofMinutes(10);
    private static final Reply REPLY = Reply.of(452, "4.5.3", "The daily recipient quota of the mailbox is used up");
    private static final Remark REMARK = new Remark(JudgedReply.DAILY_QUOTA, false);

    /// Defers the message if the quota has room for messages with fewer recipients, which continue to be sent.
    /// Blocks the mailbox and puts the message back if the quota is used up, or if the retry time of the
    /// message is exceeded.
    ///
    /// @param fullUntil estimated time at which the quota has room for the message
    /// @param permit closed before a deferral is on disk, as in [SettlementWriter#write]
    void postpone(Claim claim, DeliveryPermit upstream, Instant fullUntil, AttemptPermit permit) {
        Optional<Instant> nextFree = retry.isExpired(claim.age().countedFrom(), clock.instant())
                ? Optional.of(fullUntil)
                : sender.account().dailyQuota().fullUntil(1);
        if (nextFree.isPresent()) {
            block(upstream, nextFree.get());
            queue.putBack(claim);
        } else {
            defer(claim, upstream, fullUntil, permit);
        }
    }

    /// Blocks the mailbox until the quota has room. The block is not reported if deliveries in flight hold
    /// reservations, because the wait is then expected to be short.
    private void block(DeliveryPermit upstream, Instant until) {
        DailyQuota quota = sender.account().dailyQuota();
        String reason = "The daily quota of " + sender.account().name() + " (limits.recipients-per-day = "
                + quota.limit().orElseThrow()
                + ") is used up. Messages stay in the queue until part of it is free again (each recipient counts for"
                + " 24 hours). If this happens often, spread the mail over several mailboxes (relay.pools).";
        Cause cause = new Cause(Step.MAIL, REPLY, JudgedReply.DAILY_QUOTA, reason, "");
        sender.failover().apply(new QuotaUsedUp(upstream, cause, until, quota.hasReservations()));
    }

    /// A message routed to a pool waits for 10 minutes at most, because another mailbox may send it.
    private void defer(Claim claim, DeliveryPermit upstream, Instant fullUntil, AttemptPermit permit) {
        boolean fromPool = sender.claimScope().isFromPool(claim);
        Instant soon = clock.instant().plus(POOL_RETRY_DELAY);
        Instant next = fromPool && soon.isBefore(fullUntil) ? soon : fullUntil;
        settlements.writeDeferral(claim, deferral(claim, next, upstream), permit);
        if (fromPool) {
            queue.releaseToPools(sender.claimScope());
        }
    }

    /// A settlement that does not count as an attempt.
    private Settlement deferral(Claim claim, Instant next, DeliveryPermit upstream) {
        Map<Recipient, Outcome> outcomes = new LinkedHashMap<>();
        claim.recipients().forEach(recipient -> outcomes.put(recipient, new Deferred(REPLY)));
        Map<Recipient, Remark> remarks =
                claim.recipients().stream().collect(Collectors.toMap(recipient -> recipient, _ -> REMARK));
        String upstreamName = sender.failover().upstream(upstream).name();
        return new Settlement(
                outcomes, next, false, upstreamName, sender.account().name(), remarks);
    }
}
