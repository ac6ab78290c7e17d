package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;

/// Tells the journal what becomes of a mailbox's roads, each thing once. Guarded by its [UpstreamFailover].
final class UpstreamEvents {

    private static final String MAILBOX = "";

    private final EmailAddress mailbox;
    private final Journal journal;
    private final Map<String, String> reported = new HashMap<>(); // reasons, by what is closed
    private @Nullable Outage outage;
    private UpstreamHealth active;

    /// Nothing leaves.
    ///
    /// @param blocked whether somebody has to do something about it, and not only the network
    private record Outage(Instant since, boolean blocked) {}

    /// @param first the road that is taken at first
    UpstreamEvents(EmailAddress mailbox, Journal journal, UpstreamHealth first) {
        this.mailbox = mailbox;
        this.journal = journal;
        this.active = first;
    }

    /// @return since when nothing leaves, for whatever reason; null if something does
    @Nullable
    Instant outageSince() {
        return outage == null ? null : outage.since();
    }

    /// @return whether nothing leaves because of trouble that was told as a pause
    boolean isBlocked() {
        return outage != null && outage.blocked();
    }

    /// @param road where the trouble showed
    void mailboxBlocked(UpstreamHealth road, Suspension closure) {
        if (isNew(MAILBOX, closure)) {
            reportBlocked(road, closure);
        }
        beginOutage(closure, true);
    }

    /// @param instead the road that is taken now; null if none is open
    void upstreamSuspended(UpstreamHealth road, Suspension closure, @Nullable UpstreamHealth instead) {
        boolean isNew = isNew(road.name(), closure);
        if (instead == null) {
            if (isNew || outage == null) {
                reportBlocked(road, closure);
                beginOutage(closure, true);
            }
        } else if (isNew) {
            reportFailover(road, instead, closure);
        }
    }

    /// @param instead the road that is taken now; null if none is open
    void upstreamUnreachable(UpstreamHealth road, Suspension closure, @Nullable UpstreamHealth instead) {
        if (instead != null) {
            reportFailover(road, instead, closure);
        } else if (outage == null) {
            journal.unreachable(mailbox, road.name(), closure.cause().reply(), closure.nextProbe());
            beginOutage(closure, false);
        }
    }

    /// The pause of the mailbox is over.
    ///
    /// @param current the road that is taken now; null if none is open
    void mailboxUnblocked(@Nullable UpstreamHealth current, Instant now) {
        reported.remove(MAILBOX);
        endOutage(current, now);
    }

    /// @param before why it was closed
    /// @param current the road that is taken now; null while the mailbox is paused
    void upstreamReopened(UpstreamHealth road, Suspension before, @Nullable UpstreamHealth current, Instant now) {
        reported.remove(road.name());
        if (outage == null && current != null && current.isPreferredTo(active)) {
            journal.failback(mailbox, current.name(), Duration.between(before.since(), now));
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
            journal.unblocked(mailbox, lasted);
        } else {
            journal.reachable(mailbox, current.name(), lasted);
        }
        outage = null;
        active = current;
    }

    private boolean isNew(String what, Suspension closure) {
        String reason = closure.cause().text();
        return !reason.equals(reported.put(what, reason));
    }

    private void reportBlocked(UpstreamHealth road, Suspension closure) {
        journal.blocked(
                mailbox, road.name(), closure.cause().reply(), closure.cause().text(), closure.nextProbe());
    }

    private void reportFailover(UpstreamHealth from, UpstreamHealth to, Suspension closure) {
        journal.failover(
                mailbox,
                from.name(),
                to.name(),
                closure.cause().reply(),
                closure.cause().text());
        active = to;
    }

    private void beginOutage(Suspension closure, boolean paused) {
        if (outage == null) {
            outage = new Outage(closure.since(), paused);
        } else if (paused && !outage.blocked()) {
            outage = new Outage(outage.since(), true);
        }
    }
}
