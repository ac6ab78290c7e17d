package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.o365relay.deliver.Attempt.Result;
import org.o365relay.deliver.DsnSender.Notices;
import org.o365relay.journal.Journal;
import org.o365relay.journal.Journal.Delivery;
import org.o365relay.mail.DsnRequest.NotifyCondition;
import org.o365relay.mail.Outcome.Deferred;
import org.o365relay.mail.Outcome.Delivered;
import org.o365relay.mail.Outcome.Failed;
import org.o365relay.mail.Recipient;
import org.o365relay.queue.Claim;
import org.o365relay.queue.Settlement;

/// Writes a settlement to the journal, one event per recipient.
final class SettlementReport {

    private final Journal journal;
    private final InstantSource clock;

    SettlementReport(Journal journal, InstantSource clock) {
        this.journal = journal;
        this.clock = clock;
    }

    /// @param by name of the operator who bounced the message; empty if none did
    void log(Claim claim, Attempt attempt, Settlement settlement, Notices notices, String by) {
        attempt.results().forEach((recipient, result) -> {
            Delivery delivery = delivery(claim, recipient, result, settlement.upstream(), by);
            switch (settlement.outcomes().get(recipient)) {
                case Delivered _ -> journal.delivered(delivery);
                case Deferred _ -> logDeferred(delivery, result, settlement);
                case Failed _ -> logFailed(delivery, wantsFailureNotice(claim, recipient), notices);
                case null -> throw new IllegalArgumentException("not settled: " + recipient);
            }
        });
    }

    private void logFailed(Delivery delivery, boolean isNotified, Notices notices) {
        boolean inDigest = isNotified && notices.suppressed().isPresent();
        journal.failed(delivery, isNotified ? notices.failureTo() : null, inDigest);
    }

    private static boolean wantsFailureNotice(Claim claim, Recipient recipient) {
        return claim.envelope().dsnRequest().of(recipient.address()).includes(NotifyCondition.FAILURE);
    }

    /// Logs nothing while the mailbox is blocked: the block is logged once, not every message.
    private void logDeferred(Delivery delivery, Result result, Settlement settlement) {
        Instant next = settlement.nextAttempt();
        if (settlement.counts() && next != null) {
            journal.deferred(delivery, next, result.response().mayHaveArrived());
        }
    }

    private Delivery delivery(Claim claim, Recipient recipient, Result result, String upstream, String by) {
        return new Delivery(
                claim.id(),
                claim.arrival().client(),
                claim.envelope().sender(),
                recipient.address(),
                claim.size(),
                upstream,
                result.response().reply(),
                result.verdict().advice(),
                claim.attempts(),
                Duration.between(claim.arrival().at(), clock.instant()),
                by);
    }
}
