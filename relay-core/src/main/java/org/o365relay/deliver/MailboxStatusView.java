package org.o365relay.deliver;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.MailboxStatus.State;
import org.o365relay.mail.EmailAddress;

/// Puts how a mailbox's roads are into words. Used by their [UpstreamFailover], under its lock.
///
/// @param roads in the order of preference
record MailboxStatusView(EmailAddress mailbox, List<UpstreamHealth> roads) {

    MailboxStatus stopped(Instant since, String by) {
        UpstreamHealth road =
                roads.stream().filter(UpstreamHealth::isOpen).findFirst().orElse(roads.getFirst());
        return new MailboxStatus(
                mailbox.toString(),
                State.PAUSED,
                since,
                road.name(),
                "",
                "paused by " + by,
                "Let mail leave again with: o365-relay mailboxes resume " + mailbox,
                null,
                delivering());
    }

    /// Mail leaves.
    ///
    /// @param current by this road
    MailboxStatus open(UpstreamHealth current) {
        UpstreamHealth wanted = roads.getFirst();
        Suspension closure = wanted.closure();
        return closure == null
                ? new MailboxStatus(
                        mailbox.toString(), State.OPEN, null, current.name(), "", "", "", null, delivering())
                : of(State.FAILOVER, current, closure, closure.since(), closure.until());
    }

    /// The whole mailbox is in trouble.
    ///
    /// @param road where it showed
    /// @param paused whether somebody has to do something about it
    MailboxStatus closed(UpstreamHealth road, Suspension closure, boolean paused) {
        return of(paused ? State.BLOCKED : State.RETRYING, road, closure, closure.since(), closure.until());
    }

    /// Every road is closed.
    ///
    /// @param paused whether somebody has to do something about it
    MailboxStatus closed(boolean paused) {
        UpstreamHealth road =
                roads.stream().filter(closed -> !closed.isResting()).findFirst().orElse(roads.getFirst());
        Suspension closure = road.closure();
        if (closure == null) {
            throw new IllegalStateException(road.name() + " is open");
        }
        Instant since =
                closures().map(Suspension::since).max(Comparator.naturalOrder()).orElse(closure.since());
        Instant next =
                closures().map(Suspension::until).min(Comparator.naturalOrder()).orElse(closure.until());
        return of(paused ? State.BLOCKED : State.RETRYING, road, closure, since, next);
    }

    private MailboxStatus of(
            State state, UpstreamHealth road, Suspension closure, Instant since, @Nullable Instant nextTry) {
        return new MailboxStatus(
                mailbox.toString(),
                state,
                since,
                road.name(),
                closure.trouble().reply().toString(),
                closure.trouble().cause(),
                closure.trouble().advice(),
                nextTry,
                delivering());
    }

    private Stream<Suspension> closures() {
        return roads.stream().flatMap(road -> Stream.ofNullable(road.closure()));
    }

    private int delivering() {
        return roads.stream().mapToInt(UpstreamHealth::inUse).sum();
    }
}
