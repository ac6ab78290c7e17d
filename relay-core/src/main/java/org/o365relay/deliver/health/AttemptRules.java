package org.o365relay.deliver.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.HealthEvent.Answered;
import org.o365relay.deliver.health.HealthEvent.AttemptResult;
import org.o365relay.deliver.health.HealthEvent.ConnectionLost;
import org.o365relay.deliver.health.HealthEvent.MailboxFailed;
import org.o365relay.deliver.health.HealthEvent.MessageAccepted;
import org.o365relay.deliver.health.HealthEvent.MessageRefused;
import org.o365relay.deliver.health.HealthEvent.QuotaUsedUp;
import org.o365relay.deliver.health.HealthEvent.TransactionFailed;
import org.o365relay.deliver.health.HealthEvent.UpstreamFailed;
import org.o365relay.deliver.health.HealthEvent.UpstreamUnreachable;
import org.o365relay.deliver.health.HealthState.Blocked;
import org.o365relay.deliver.health.HealthState.Failed;
import org.o365relay.deliver.health.HealthState.Open;
import org.o365relay.deliver.health.HealthState.Retrying;
import org.o365relay.deliver.health.HealthState.Suspended;
import org.o365relay.deliver.upstream.Response.Step;

/// Computes how the result of an attempt changes the health of the mailbox and its upstreams. While the mailbox
/// is blocked, every attempt is a probe of the mailbox; otherwise an attempt on a suspended upstream is a probe
/// of that upstream.
///
/// @param upstream the upstream of the attempt
/// @param carriesMail whether the attempt was a delivery; false for a check
record AttemptRules(MailboxHealth health, UpstreamHealth upstream, boolean carriesMail, Instant now) {

    private static final ProbeSchedule RETRIES = new ProbeSchedule(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final int MAX_TRANSACTION_FAILURES = 3; // the messages may be the cause of one or two failures

    static MailboxHealth next(MailboxHealth health, AttemptResult result, Instant now) {
        DeliveryPermit permit = result.permit();
        return new AttemptRules(health, health.upstream(permit), permit.carriesMail(), now).next(result);
    }

    private MailboxHealth next(AttemptResult result) {
        return switch (result) {
            case MessageAccepted _ -> accepted();
            case MessageRefused refusal -> refused(refusal.step());
            case Answered _ -> answered();
            case UpstreamUnreachable unreachable -> unreachable(unreachable.cause());
            case TransactionFailed failure -> transactionFailed(failure.cause());
            case ConnectionLost _ -> connectionLost();
            case UpstreamFailed failure -> upstreamFailed(failure.cause(), orConfigured(failure.schedule()));
            case MailboxFailed failure -> mailboxFailed(failure.cause(), orConfigured(failure.schedule()));
            case QuotaUsedUp quota -> quotaUsedUp(quota);
        };
    }

    private ProbeSchedule orConfigured(@Nullable ProbeSchedule schedule) {
        return schedule == null ? health.probes() : schedule;
    }

    private HealthState state() {
        return health.block() != null ? health.block() : upstream.state();
    }

    private MailboxHealth accepted() {
        return reopened(upstream.withFailures(0, 0));
    }

    /// Ends any suspension of the upstream and any block of the mailbox.
    private MailboxHealth reopened(UpstreamHealth next) {
        return health.with(next.isOpen() ? next : next.to(new Open())).unblocked();
    }

    private MailboxHealth refused(Step step) {
        Optional<Suspension> failure = state().failure();
        if (failure.isEmpty() || failure.get().cause().isClearedAt(step)) {
            return accepted();
        }
        return switch (state()) {
            case Retrying(Suspension suspension) -> probeByMessage(suspension);
            case Open _, Failed _ -> answered();
        };
    }

    /// A successful sign-in does not show that a failure at MAIL or later is over; the next probe sends a
    /// message. A temporary reply to that message ends the failure if the upstream is
    /// [Retrying][HealthState.Retrying]. It does not end a suspension or block, because a quota, for example,
    /// also causes temporary replies.
    private MailboxHealth answered() {
        UpstreamHealth next = carriesMail ? upstream.withFailures(upstream.retries(), 0) : upstream;
        return switch (state()) {
            case Open _ -> health.with(next);
            case Retrying(Suspension suspension)
            when suspension.cause().needsMessage() && !carriesMail -> probeByMessage(suspension);
            case Failed failed
            when failed.suspension().cause().needsMessage() ->
                probed(next, failed, failed.suspension().rescheduled(now));
            case Retrying _, Failed _ -> reopened(next);
        };
    }

    private MailboxHealth unreachable(Cause cause) {
        return switch (state()) {
            case Open _, Retrying _ -> retryLater(upstream, RETRIES.delay(upstream.retries()), cause);
            case Failed failed -> probeFailed(upstream, failed);
        };
    }

    private MailboxHealth transactionFailed(Cause cause) {
        int consecutiveFailures = upstream.transactionFailures() + 1;
        UpstreamHealth next = upstream.withFailures(upstream.retries(), consecutiveFailures);
        Duration delay = RETRIES.messageDelay(Math.max(0, consecutiveFailures - MAX_TRANSACTION_FAILURES));
        return switch (state()) {
            case Open _ when consecutiveFailures < MAX_TRANSACTION_FAILURES -> health.with(next);
            case Open _, Retrying _ -> retryLater(next, delay, cause);
            case Failed failed -> probeFailed(next, failed);
        };
    }

    private MailboxHealth connectionLost() {
        return switch (state()) {
            case Open _ -> health;
            case Retrying(Suspension suspension) ->
                retryLater(upstream, RETRIES.delay(upstream.retries()), suspension.cause());
            case Failed failed -> probeFailed(upstream, failed);
        };
    }

    private MailboxHealth upstreamFailed(Cause cause, ProbeSchedule schedule) {
        Suspension next = switch (upstream.state()) {
            case Open _, Retrying _ -> Suspension.of(cause, schedule, now);
            case Suspended(Suspension suspension) -> suspension.probeFailed(cause, schedule, now);
        };
        return health.with(upstream.to(new Suspended(next))).unblocked();
    }

    private MailboxHealth mailboxFailed(Cause cause, ProbeSchedule schedule) {
        Blocked block = health.block();
        return blocked(
                block == null
                        ? Suspension.of(cause, schedule, now)
                        : block.suspension().probeFailed(cause, schedule, now),
                false);
    }

    private MailboxHealth quotaUsedUp(QuotaUsedUp quota) {
        Blocked block = health.block();
        return quota.isBrief() && block != null
                ? health.blocked(block.with(block.suspension().rescheduled(now)).withProbe(null))
                : blocked(Suspension.endedByTime(quota.cause(), quota.until(), now), quota.isBrief());
    }

    private MailboxHealth blocked(Suspension suspension, boolean isBrief) {
        return health.blocked(new Blocked(suspension, upstream.position(), null, isBrief));
    }

    private MailboxHealth retryLater(UpstreamHealth next, Duration delay, Cause cause) {
        Suspension suspension = next.state()
                .failure()
                .map(before -> before.checkFailed(delay, now))
                .orElseGet(() -> Suspension.endedByCheck(cause, delay, now));
        return health.with(next.withFailures(next.retries() + 1, next.transactionFailures())
                .to(new Retrying(suspension)));
    }

    private MailboxHealth probeByMessage(Suspension suspension) {
        return health.with(upstream.to(new Retrying(suspension.probedByMessage(now))));
    }

    private MailboxHealth probeFailed(UpstreamHealth next, Failed failed) {
        return probed(next, failed, failed.suspension().probeFailed(now));
    }

    private MailboxHealth probed(UpstreamHealth next, Failed failed, Suspension suspension) {
        return switch (failed) {
            case Suspended _ -> health.with(next.to(new Suspended(suspension)));
            case Blocked block ->
                health.with(next).blocked(block.with(suspension).withProbe(null));
        };
    }
}
