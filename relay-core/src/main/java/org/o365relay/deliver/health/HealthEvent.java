package org.o365relay.deliver.health;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Verdict;

/// Something that may change the health of a mailbox or its upstreams.
public sealed interface HealthEvent {

    /// The result of a delivery or check. Ignored if the state of the upstream or the block of the mailbox has
    /// changed since the permit was granted.
    sealed interface AttemptResult extends HealthEvent {
        DeliveryPermit permit();
    }

    /// The event for a failed attempt.
    ///
    /// @param failure failure of the upstream or the mailbox, or any failure before MAIL
    static AttemptResult of(DeliveryPermit permit, Verdict failure) {
        Duration probe = failure.probeAfter();
        ProbeSchedule schedule = probe == null ? null : ProbeSchedule.every(probe);
        Cause cause = Cause.of(failure);
        return switch (failure.scope()) {
            case MAILBOX -> new MailboxFailed(permit, cause, schedule);
            case UPSTREAM -> new UpstreamFailed(permit, cause, schedule);
            case RECIPIENT, MESSAGE, AUTHOR, ATTEMPT, CONNECTIONS, RATE -> new UpstreamUnreachable(permit, cause);
        };
    }

    /// The upstream accepted a message.
    record MessageAccepted(DeliveryPermit permit) implements AttemptResult {}

    /// The upstream permanently refused a message or recipient at this step, which shows that all earlier steps
    /// work.
    record MessageRefused(DeliveryPermit permit, Step step) implements AttemptResult {}

    /// The upstream accepted the sign-in, or replied to MAIL or a later command with a temporary failure.
    record Answered(DeliveryPermit permit) implements AttemptResult {}

    /// The attempt failed temporarily before MAIL.
    record UpstreamUnreachable(DeliveryPermit permit, Cause cause) implements AttemptResult {}

    /// The connection was lost or Graph replied 5xx, at MAIL or later. A single failure of this kind may have
    /// been caused by the message.
    record TransactionFailed(DeliveryPermit permit, Cause cause) implements AttemptResult {

        public TransactionFailed(DeliveryPermit permit, Verdict failure) {
            this(permit, Cause.of(failure));
        }
    }

    /// The attempt ended without a reply from the upstream, or the check failed in the relay.
    record ConnectionLost(DeliveryPermit permit) implements AttemptResult {}

    /// The upstream has a failure that concerns all mail sent to it.
    ///
    /// @param schedule schedule of the probes; null for the configured one
    record UpstreamFailed(
            DeliveryPermit permit, Cause cause, @Nullable ProbeSchedule schedule) implements AttemptResult {}

    /// The mailbox has a failure that concerns all its mail, whichever upstream is used.
    ///
    /// @param schedule schedule of the probes; null for the configured one
    record MailboxFailed(
            DeliveryPermit permit, Cause cause, @Nullable ProbeSchedule schedule) implements AttemptResult {}

    /// The daily quota that the relay enforces for the account has no room.
    ///
    /// @param until estimated time at which the quota has room again
    /// @param isBrief whether the wait is expected to be short; if so, it is not reported as a block
    record QuotaUsedUp(DeliveryPermit permit, Cause cause, Instant until, boolean isBrief) implements AttemptResult {}

    /// A delivery or check has started.
    record PermitTaken(DeliveryPermit permit) implements HealthEvent {}

    /// A delivery or check has ended.
    record PermitReturned(DeliveryPermit permit) implements HealthEvent {}

    /// An operator pauses the mailbox.
    record Pause(Instant since, String by) implements HealthEvent {}

    /// An operator ends the pause and requests a probe of everything that is blocked or suspended.
    ///
    /// @param quotaHasRoom whether the account's daily quota has room; if not, a block because of the quota
    ///     continues
    record Resume(boolean quotaHasRoom) implements HealthEvent {}

    /// An operator requests a probe of everything that is blocked or suspended, whatever the schedule.
    ///
    /// @param quotaHasRoom whether the account's daily quota has room; if not, a block because of the quota
    ///     continues
    record Retry(boolean quotaHasRoom) implements HealthEvent {}

    /// An operator requests a probe that must send a message, and the queue may contain no message that is due.
    record RequestMessageProbe(String by) implements HealthEvent {}

    /// Time has passed, so a block that ends at a fixed time may be over.
    record TimePassed() implements HealthEvent {}
}
