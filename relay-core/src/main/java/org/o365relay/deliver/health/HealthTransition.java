package org.o365relay.deliver.health;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.DeliveryPermit.Probe;
import org.o365relay.deliver.health.HealthEvent.AttemptResult;
import org.o365relay.deliver.health.HealthEvent.Pause;
import org.o365relay.deliver.health.HealthEvent.PermitReturned;
import org.o365relay.deliver.health.HealthEvent.PermitTaken;
import org.o365relay.deliver.health.HealthEvent.RequestMessageProbe;
import org.o365relay.deliver.health.HealthEvent.Resume;
import org.o365relay.deliver.health.HealthEvent.Retry;
import org.o365relay.deliver.health.HealthEvent.TimePassed;
import org.o365relay.deliver.health.HealthState.Blocked;
import org.o365relay.deliver.health.Suspension.EndedBy;
import org.o365relay.deliver.health.UpstreamHealth.Permits;
import org.o365relay.journal.Event;

/// The result of applying an event to the health. Depends only on the previous health, the event and the time.
///
/// @param health the next health; equal to the previous one if nothing changes
/// @param journal events to write to the journal, in order
record HealthTransition(MailboxHealth health, List<Event> journal) {

    static HealthTransition of(MailboxHealth health, HealthEvent event, Instant now) {
        return HealthReport.of(health, next(health, event, now), now);
    }

    private static MailboxHealth next(MailboxHealth health, HealthEvent event, Instant now) {
        return switch (event) {
            case AttemptResult result ->
                health.isStale(result.permit())
                        ? health
                        : AttemptRules.next(probeEnded(health, result.permit()), result, now);
            case PermitTaken(DeliveryPermit permit) -> taken(health, permit);
            case PermitReturned(DeliveryPermit permit) -> returned(health, permit);
            case Pause pause -> health.withOperator(pause, health.messageProbeBy());
            case Resume(boolean quotaHasRoom) ->
                probesDue(health.withOperator(null, health.messageProbeBy()), quotaHasRoom, now);
            case Retry(boolean quotaHasRoom) -> probesDue(health, quotaHasRoom, now);
            case RequestMessageProbe(String by) ->
                health.awaitsMessageProbe() ? health.withOperator(health.pause(), by) : health;
            case TimePassed _ -> isOver(health.block(), now) ? health.unblocked() : health;
        };
    }

    private static MailboxHealth taken(MailboxHealth health, DeliveryPermit permit) {
        UpstreamHealth upstream = counted(health.upstream(permit), permit, 1);
        MailboxHealth taken = switch (permit.probe()) {
            case NONE -> health.with(upstream);
            case UPSTREAM -> health.with(upstream.withProbe(permit));
            case MAILBOX ->
                health.with(
                        upstream, health.block() == null ? null : health.block().withProbe(permit));
        };
        boolean isMessageProbe = permit.probe() != Probe.NONE && permit.carriesMail();
        return isMessageProbe ? taken.withOperator(health.pause(), null) : taken;
    }

    /// Ends the probe when its result is known, so that waits are computed up to the next probe; the permit is
    /// returned only when the settlement of the message is submitted.
    private static MailboxHealth probeEnded(MailboxHealth health, DeliveryPermit permit) {
        UpstreamHealth upstream = health.upstream(permit);
        return permit.equals(upstream.permits().probe()) ? health.with(upstream.withProbe(null)) : health;
    }

    private static MailboxHealth returned(MailboxHealth health, DeliveryPermit permit) {
        UpstreamHealth upstream = counted(health.upstream(permit), permit, -1);
        Blocked block = health.block();
        return health.with(
                permit.equals(upstream.permits().probe()) ? upstream.withProbe(null) : upstream,
                block != null && permit.equals(block.probe()) ? block.withProbe(null) : block);
    }

    private static UpstreamHealth counted(UpstreamHealth upstream, DeliveryPermit permit, int step) {
        Permits before = upstream.permits();
        int deliveries = before.deliveries() + (permit.carriesMail() ? step : 0);
        return upstream.with(new Permits(deliveries, before.probe(), before.generation()));
    }

    private static boolean isOver(@Nullable Blocked block, Instant now) {
        return block != null
                && block.suspension().endedBy() == EndedBy.TIME
                && block.suspension().isDue(now);
    }

    /// Makes every probe due now, and ends a block because of the relay's own quota if the quota has room.
    private static MailboxHealth probesDue(MailboxHealth health, boolean quotaHasRoom, Instant now) {
        Blocked block = health.block();
        MailboxHealth open = block != null && block.endsAtOnce(quotaHasRoom) ? health.unblocked() : health;
        return open.dueNow(now);
    }
}
