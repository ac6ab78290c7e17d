package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.o365relay.deliver.DsnSender.Notices;
import org.o365relay.deliver.upstream.Verdict;
import org.o365relay.journal.Event;
import org.o365relay.journal.Event.Accepted;
import org.o365relay.journal.Event.RecipientAttempt;
import org.o365relay.journal.Journal;
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
        return claim.envelope().dsnRequest().of(recipient.address()).includes(NotifyCondition.FAILURE);
    }

    /// Logs nothing while the mailbox is blocked: the block is logged once, not every message.
    private void logDeferred(RecipientAttempt details, Verdict verdict, Settlement settlement) {
        Instant next = settlement.nextAttempt();
        if (settlement.counts() && next != null) {
            journal.record(new Event.Deferred(details, next, verdict.response().mayHaveArrived()));
        }
    }

    private RecipientAttempt details(Claim claim, Recipient recipient, Verdict verdict, String upstream) {
        return new RecipientAttempt(
                new Accepted(claim.id(), claim.arrival(), claim.envelope(), claim.size()),
                recipient.address(),
                upstream,
                verdict.response().reply(),
                verdict.advice(),
                claim.attempts(),
                Duration.between(claim.arrival().at(), clock.instant()));
    }
}
