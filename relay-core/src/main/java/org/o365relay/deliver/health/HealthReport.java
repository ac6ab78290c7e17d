package org.o365relay.deliver.health;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.HealthState.Blocked;
import org.o365relay.deliver.health.HealthState.Open;
import org.o365relay.deliver.health.HealthState.Retrying;
import org.o365relay.deliver.health.HealthState.Suspended;
import org.o365relay.deliver.health.MailboxHealth.Outage;
import org.o365relay.deliver.health.MailboxHealth.Reported;
import org.o365relay.journal.Event;

/// Finds the failovers, blocks and outages that begin or end between two states, and reports each once.
final class HealthReport {

    private static final String MAILBOX = ""; // key of the mailbox's own reason; the other keys are upstream names

    private final MailboxHealth before;
    private final MailboxHealth after;
    private final Instant now;
    private final Map<String, String> reasons;
    private @Nullable Outage outage;
    private int active;
    private final List<Event> events = new ArrayList<>();

    private HealthReport(MailboxHealth before, MailboxHealth after, Instant now) {
        this.before = before;
        this.after = after;
        this.now = now;
        this.reasons = new HashMap<>(before.reported().reasons());
        this.outage = before.reported().outage();
        this.active = before.reported().active();
    }

    static HealthTransition of(MailboxHealth before, MailboxHealth after, Instant now) {
        HealthReport report = new HealthReport(before, after, now);
        after.upstreams().forEach(report::upstream);
        report.mailbox();
        Reported reported = new Reported(Map.copyOf(report.reasons), report.outage, report.active);
        return new HealthTransition(after.withReported(reported), List.copyOf(report.events));
    }

    private void upstream(UpstreamHealth upstream) {
        HealthState was = before.upstreams().get(upstream.position()).state();
        switch (upstream.state()) {
            case Open _ -> was.failure().ifPresent(failure -> reopened(upstream, failure));
            case Retrying(Suspension suspension) when was instanceof Open -> unreachable(upstream, suspension);
            case Retrying _ -> {}
            case Suspended(Suspension suspension) when isNewCause(was, suspension) -> suspended(upstream, suspension);
            case Suspended _ -> {}
        }
    }

    /// @return whether the upstream was not suspended before, or was suspended for a different cause
    private static boolean isNewCause(HealthState was, Suspension suspension) {
        return !(was instanceof Suspended(Suspension known) && known.cause().equals(suspension.cause()));
    }

    private void mailbox() {
        Blocked block = after.block();
        Blocked was = before.block();
        if (block == null && was != null) {
            reasons.remove(MAILBOX);
            endOutage();
        } else if (block != null && !block.isBrief()) {
            String seenAt = after.upstreams().get(block.upstream()).name();
            if (isNew(MAILBOX, block.suspension())) {
                blocked(seenAt, block.suspension());
            }
            beginOutage(block.suspension(), true);
        }
    }

    private void suspended(UpstreamHealth upstream, Suspension suspension) {
        boolean isNew = isNew(upstream.name(), suspension);
        Optional<UpstreamHealth> current = after.current();
        if (current.isPresent() && isNew) {
            failover(upstream, current.get(), suspension);
        } else if (current.isEmpty() && (isNew || outage == null)) {
            blocked(upstream.name(), suspension);
            beginOutage(suspension, true);
        }
    }

    private void unreachable(UpstreamHealth upstream, Suspension suspension) {
        Optional<UpstreamHealth> current = after.current();
        if (current.isPresent()) {
            failover(upstream, current.get(), suspension);
        } else if (outage == null) {
            events.add(new Event.Unreachable(
                    after.mailbox(), upstream.name(), suspension.cause().judged(), suspension.nextProbe()));
            beginOutage(suspension, false);
        }
    }

    private void reopened(UpstreamHealth upstream, Suspension failure) {
        reasons.remove(upstream.name());
        Optional<UpstreamHealth> preferred = after.current().filter(current -> current.position() < active);
        if (outage == null && preferred.isPresent()) {
            Duration suspended = Duration.between(failure.since(), now);
            events.add(new Event.Failback(after.mailbox(), preferred.get().name(), suspended));
            active = preferred.get().position();
        }
        endOutage();
    }

    private void endOutage() {
        Outage ended = outage;
        if (ended != null && after.current().isPresent()) {
            UpstreamHealth current = after.current().get();
            Duration lasted = Duration.between(ended.since(), now);
            events.add(
                    ended.blocked()
                            ? new Event.Unblocked(after.mailbox(), lasted)
                            : new Event.Reachable(after.mailbox(), current.name(), lasted));
            outage = null;
            active = current.position();
        }
    }

    private boolean isNew(String what, Suspension suspension) {
        String reason = suspension.cause().text();
        return !reason.equals(reasons.put(what, reason));
    }

    private void blocked(String upstream, Suspension suspension) {
        events.add(
                new Event.Blocked(after.mailbox(), upstream, suspension.cause().judged(), suspension.nextProbe()));
    }

    private void failover(UpstreamHealth from, UpstreamHealth to, Suspension suspension) {
        events.add(new Event.Failover(
                after.mailbox(), from.name(), to.name(), suspension.cause().judged()));
        active = to.position();
    }

    private void beginOutage(Suspension suspension, boolean blocked) {
        if (outage == null) {
            outage = new Outage(suspension.since(), blocked);
        } else if (blocked) {
            outage = new Outage(outage.since(), true);
        }
    }
}
