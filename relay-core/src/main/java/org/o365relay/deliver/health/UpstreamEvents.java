package org.o365relay.deliver.health;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Event.Blocked;
import org.o365relay.journal.Event.Failback;
import org.o365relay.journal.Event.Failover;
import org.o365relay.journal.Event.Reachable;
import org.o365relay.journal.Event.Unblocked;
import org.o365relay.journal.Event.Unreachable;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;

/// Writes failovers, blocks and outages of a mailbox to the journal, each once. Guarded by its
/// [UpstreamFailover].
final class UpstreamEvents {

    private static final String MAILBOX = "";

    private final EmailAddress mailbox;
    private final Journal journal;
    private final Map<String, String> reported = new HashMap<>(); // reasons, by upstream or mailbox
    private @Nullable Outage outage;
    private UpstreamHealth active;

    /// A period during which no mail leaves.
    ///
    /// @param blocked whether something has to be fixed; false if the upstream is merely unreachable
    private record Outage(Instant since, boolean blocked) {}

    /// @param first the primary upstream
    UpstreamEvents(EmailAddress mailbox, Journal journal, UpstreamHealth first) {
        this.mailbox = mailbox;
        this.journal = journal;
        this.active = first;
    }

    /// @return since when no mail leaves; null if mail leaves
    @Nullable
    Instant outageSince() {
        return outage == null ? null : outage.since();
    }

    /// @return whether no mail leaves and the mailbox was reported as blocked
    boolean isBlocked() {
        return outage != null && outage.blocked();
    }

    /// @param upstream where the failure was seen
    void mailboxBlocked(UpstreamHealth upstream, Suspension suspension) {
        if (isNew(MAILBOX, suspension)) {
            reportBlocked(upstream, suspension);
        }
        beginOutage(suspension, true);
    }

    /// @param current the upstream in use now; null if all are suspended
    void upstreamSuspended(UpstreamHealth upstream, Suspension suspension, @Nullable UpstreamHealth current) {
        boolean isNew = isNew(upstream.name(), suspension);
        if (current == null) {
            if (isNew || outage == null) {
                reportBlocked(upstream, suspension);
                beginOutage(suspension, true);
            }
        } else if (isNew) {
            reportFailover(upstream, current, suspension);
        }
    }

    /// @param current the upstream in use now; null if all are suspended
    void upstreamUnreachable(UpstreamHealth upstream, Suspension suspension, @Nullable UpstreamHealth current) {
        if (current != null) {
            reportFailover(upstream, current, suspension);
        } else if (outage == null) {
            journal.record(
                    new Unreachable(mailbox, upstream.name(), suspension.cause().reply(), suspension.nextProbe()));
            beginOutage(suspension, false);
        }
    }

    /// The block of the mailbox has ended.
    ///
    /// @param current the upstream in use now; null if all are suspended
    void mailboxUnblocked(@Nullable UpstreamHealth current, Instant now) {
        reported.remove(MAILBOX);
        endOutage(current, now);
    }

    /// @param before the suspension that ended
    /// @param current the upstream in use now; null while the mailbox is blocked
    void upstreamReopened(UpstreamHealth upstream, Suspension before, @Nullable UpstreamHealth current, Instant now) {
        reported.remove(upstream.name());
        if (outage == null && current != null && current.isPreferredTo(active)) {
            journal.record(new Failback(mailbox, current.name(), Duration.between(before.since(), now)));
            active = current;
        }
        endOutage(current, now);
    }

    private void endOutage(@Nullable UpstreamHealth current, Instant now) {
        Outage before = outage;
        if (before == null || current == null) {
            return;
        }
        Duration lasted = Duration.between(before.since(), now);
        if (before.blocked()) {
            journal.record(new Unblocked(mailbox, lasted));
        } else {
            journal.record(new Reachable(mailbox, current.name(), lasted));
        }
        outage = null;
        active = current;
    }

    private boolean isNew(String what, Suspension suspension) {
        String reason = suspension.cause().text();
        return !reason.equals(reported.put(what, reason));
    }

    private void reportBlocked(UpstreamHealth upstream, Suspension suspension) {
        journal.record(new Blocked(
                mailbox,
                upstream.name(),
                suspension.cause().reply(),
                suspension.cause().text(),
                suspension.nextProbe()));
    }

    private void reportFailover(UpstreamHealth from, UpstreamHealth to, Suspension suspension) {
        journal.record(new Failover(
                mailbox,
                from.name(),
                to.name(),
                suspension.cause().reply(),
                suspension.cause().text()));
        active = to;
    }

    private void beginOutage(Suspension suspension, boolean blocked) {
        if (outage == null) {
            outage = new Outage(suspension.since(), blocked);
        } else if (blocked && !outage.blocked()) {
            outage = new Outage(outage.since(), true);
        }
    }
}
