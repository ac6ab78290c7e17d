package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.DeliveryPermit;
import org.o365relay.deliver.health.FaultAttribution;
import org.o365relay.deliver.health.ProbeSchedule;
import org.o365relay.mail.Priority;
import org.o365relay.queue.Claim;

/// Decides whether the message or its upstream is at fault in a failed attempt, and updates the health of the
/// upstream accordingly.
record AttemptEvaluator(MailboxSender sender, InstantSource clock) {

    private static final Duration MAX_STEP = Duration.ofHours(1);

    /// @return the attempt with its faults attributed
    Attempt evaluate(DeliveryPermit permit, Claim claim, Attempt attempt) {
        FaultAttribution attribution = sender.failover().attribution(permit);
        boolean ownFault = attempt.isAmbiguous() && attribution.isOwnFault(claim.id());
        if (attempt.wasProcessed()) {
            attribution.processed();
        }
        sender.breakers().learn(attempt.tried(), attempt.alias());
        if (!(ownFault && attribution.ignoresOwnFault(claim.id()))) {
            sender.health().report(permit, attempt);
        }
        return attempt.isAmbiguous()
                ? ambiguous(attribution, claim, attempt, ownFault)
                : unambiguous(permit, claim, attempt);
    }

    /// A message whose transaction failed on an upstream that is now suspended is tried on the fallback at once.
    private Attempt unambiguous(DeliveryPermit permit, Claim claim, Attempt attempt) {
        if (attempt.transactionFailure().isEmpty()) {
            return attempt;
        }
        FaultAttribution attribution = sender.failover().attribution(permit);
        boolean othersAreServed = attribution.processedSince(claim.id());
        attribution.lost(claim.id());
        return sender.failover().hasFailedOverFrom(permit)
                ? attempt.withUpstreamAtFault()
                : attempt.keepingTrying(!othersAreServed);
    }

    private Attempt ambiguous(FaultAttribution attribution, Claim claim, Attempt attempt, boolean ownFault) {
        int inRow = attribution.failed(claim.id(), ownFault);
        return ownFault ? attempt.withMessageAtFault() : attempt.notBefore(notBefore(claim, inRow));
    }

    /// Delays the message so that the next probe is made with another one: this may be the only one that fails.
    ///
    /// @param inRow number of failures of the message in a row
    /// @return when the message may be tried again; null if it may be tried at once through another upstream or
    ///     by another mailbox
    private @Nullable Instant notBefore(Claim claim, int inRow) {
        Duration delay = sender.failover().untilNextAttempt();
        boolean mayLeaveElsewhere = inRow == 1 && sender.claimScope().isFromPool(claim);
        if (delay.isZero() || mayLeaveElsewhere) {
            return null;
        }
        // an urgent message would overtake the others again
        boolean overtakes = claim.priority() == Priority.URGENT && inRow > 1;
        Duration more = overtakes ? new ProbeSchedule(delay, MAX_STEP).delay(inRow - 2) : Duration.ZERO;
        return clock.instant().plus(delay).plus(more);
    }
}
