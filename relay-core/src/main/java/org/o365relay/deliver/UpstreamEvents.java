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
    private final Map<String, String> told = new HashMap<>(); // reasons, by what is closed
    private @Nullable Standstill standstill;
    private UpstreamHealth taken;

    /// Nothing leaves.
    ///
    /// @param paused whether somebody has to do something about it, and not only the network
    private record Standstill(Instant since, boolean paused) {}

    /// @param first the road that is taken at first
    UpstreamEvents(EmailAddress mailbox, Journal journal, UpstreamHealth first) {
        this.mailbox = mailbox;
        this.journal = journal;
        this.taken = first;
    }

    /// @return since when nothing leaves, for whatever reason; null if something does
    @Nullable
    Instant standsStillSince() {
        return standstill == null ? null : standstill.since();
    }

    /// @return whether nothing leaves because of trouble that was told as a pause
    boolean isPaused() {
        return standstill != null && standstill.paused();
    }

    /// @param road where the trouble showed
    void mailboxPaused(UpstreamHealth road, Suspension closure) {
        if (isNew(MAILBOX, closure)) {
            tellPaused(road, closure);
        }
        standStill(closure, true);
    }

    /// @param instead the road that is taken now; null if none is open
    void roadClosed(UpstreamHealth road, Suspension closure, @Nullable UpstreamHealth instead) {
        boolean isNew = isNew(road.name(), closure);
        if (instead == null) {
            if (isNew || standstill == null) {
                tellPaused(road, closure);
                standStill(closure, true);
            }
        } else if (isNew) {
            tellSwitched(road, instead, closure);
        }
    }

    /// @param instead the road that is taken now; null if none is open
    void roadRests(UpstreamHealth road, Suspension closure, @Nullable UpstreamHealth instead) {
        if (instead != null) {
            tellSwitched(road, instead, closure);
        } else if (standstill == null) {
            journal.unreachable(mailbox, road.name(), closure.trouble().reply(), closure.until());
            standStill(closure, false);
        }
    }

    /// The pause of the mailbox is over.
    ///
    /// @param current the road that is taken now; null if none is open
    void mailboxResumed(@Nullable UpstreamHealth current, Instant now) {
        told.remove(MAILBOX);
        moves(current, now);
    }

    /// @param before why it was closed
    /// @param current the road that is taken now; null while the mailbox is paused
    void roadOpened(UpstreamHealth road, Suspension before, @Nullable UpstreamHealth current, Instant now) {
        told.remove(road.name());
        if (standstill == null && current != null && current.isBetterThan(taken)) {
            journal.failback(mailbox, current.name(), Duration.between(before.since(), now));
            taken = current;
        }
        moves(current, now);
    }

    private void moves(@Nullable UpstreamHealth current, Instant now) {
        Standstill before = standstill;
        if (before == null || current == null) {
            return;
        }
        Duration lasted = Duration.between(before.since(), now);
        if (before.paused()) {
            journal.unblocked(mailbox, lasted);
        } else {
            journal.reachable(mailbox, current.name(), lasted);
        }
        standstill = null;
        taken = current;
    }

    private boolean isNew(String what, Suspension closure) {
        String reason = closure.trouble().reason();
        return !reason.equals(told.put(what, reason));
    }

    private void tellPaused(UpstreamHealth road, Suspension closure) {
        journal.blocked(
                mailbox,
                road.name(),
                closure.trouble().reply(),
                closure.trouble().reason(),
                closure.until());
    }

    private void tellSwitched(UpstreamHealth from, UpstreamHealth to, Suspension closure) {
        journal.failover(
                mailbox,
                from.name(),
                to.name(),
                closure.trouble().reply(),
                closure.trouble().reason());
        taken = to;
    }

    private void standStill(Suspension closure, boolean paused) {
        if (standstill == null) {
            standstill = new Standstill(closure.since(), paused);
        } else if (paused && !standstill.paused()) {
            standstill = new Standstill(standstill.since(), true);
        }
    }
}
