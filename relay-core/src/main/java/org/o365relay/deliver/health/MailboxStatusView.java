package org.o365relay.deliver.health;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.o365relay.deliver.health.HealthEvent.Pause;
import org.o365relay.deliver.health.HealthState.Blocked;
import org.o365relay.deliver.health.HealthState.Retrying;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.time.SteadyClock;

/// Creates the [MailboxStatus] from the health of a mailbox.
///
/// @param clock clock that measures the times in the health; converts them to times of the system clock. The
///     time of a pause is already a time of the system clock
record MailboxStatusView(MailboxHealth health, SteadyClock clock) {

    MailboxStatus status() {
        Pause pause = health.pause();
        Blocked block = health.block();
        if (pause != null) {
            return paused(pause);
        }
        if (block != null) {
            Suspension suspension = block.suspension();
            UpstreamHealth seenAt = health.upstreams().get(block.upstream());
            return of(outage(), seenAt, suspension, suspension.since(), suspension.nextProbe());
        }
        return health.current().map(this::open).orElseGet(this::allSuspended);
    }

    private MailboxStatus paused(Pause pause) {
        String upstream = health.upstreams().stream()
                .filter(UpstreamHealth::isOpen)
                .findFirst()
                .orElse(primary())
                .name();
        String resume = "To resume delivery: o365-relay mailboxes resume " + health.mailbox();
        return new MailboxStatus(
                health.mailbox().toString(),
                State.PAUSED,
                pause.since(),
                upstream,
                "",
                "paused by " + pause.by(),
                resume,
                null,
                delivering());
    }

    private MailboxStatus open(UpstreamHealth current) {
        return primary()
                .state()
                .failure()
                .map(failure -> of(State.FAILOVER, current, failure, failure.since(), failure.nextProbe()))
                .orElseGet(() -> new MailboxStatus(
                        health.mailbox().toString(), State.OPEN, null, current.name(), "", "", "", null, delivering()));
    }

    /// Shows the first suspended upstream; the primary if all upstreams are retried.
    private MailboxStatus allSuspended() {
        UpstreamHealth upstream = health.upstreams().stream()
                .filter(suspended -> !(suspended.state() instanceof Retrying))
                .findFirst()
                .orElse(primary());
        Suspension shown = upstream.state().failure().orElseThrow();
        Instant since = suspensions()
                .map(Suspension::since)
                .max(Comparator.naturalOrder())
                .orElseThrow();
        Instant next = suspensions()
                .map(Suspension::nextProbe)
                .min(Comparator.naturalOrder())
                .orElseThrow();
        return of(outage(), upstream, shown, since, next);
    }

    private State outage() {
        MailboxHealth.Outage outage = health.reported().outage();
        return outage != null && outage.blocked() ? State.BLOCKED : State.RETRYING;
    }

    private MailboxStatus of(
            State state, UpstreamHealth upstream, Suspension suspension, Instant since, Instant nextProbe) {
        Cause cause = suspension.cause();
        return new MailboxStatus(
                health.mailbox().toString(),
                state,
                clock.toCalendar(since),
                upstream.name(),
                cause.judged().isOwnLimit() ? "" : cause.reply().toString(),
                cause.reason(),
                cause.explanation(),
                cause.advice(),
                clock.toCalendar(nextProbe),
                delivering(),
                null,
                null,
                List.of());
    }

    private UpstreamHealth primary() {
        return health.upstreams().getFirst();
    }

    private Stream<Suspension> suspensions() {
        return health.upstreams().stream().flatMap(upstream -> upstream.state().failure().stream());
    }

    private int delivering() {
        return health.upstreams().stream()
                .mapToInt(upstream -> upstream.permits().deliveries())
                .sum();
    }
}
