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
/// @param upstreams in the order of preference
record MailboxStatusView(EmailAddress mailbox, List<UpstreamHealth> upstreams) {

    MailboxStatus paused(Instant since, String by) {
        UpstreamHealth road =
                upstreams.stream().filter(UpstreamHealth::isOpen).findFirst().orElse(upstreams.getFirst());
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
        UpstreamHealth wanted = upstreams.getFirst();
        Suspension closure = wanted.suspension();
        return closure == null
                ? new MailboxStatus(
                        mailbox.toString(), State.OPEN, null, current.name(), "", "", "", null, delivering())
                : of(State.FAILOVER, current, closure, closure.since(), closure.nextProbe());
    }

    /// The whole mailbox is in trouble.
    ///
    /// @param road where it showed
    /// @param paused whether somebody has to do something about it
    MailboxStatus outage(UpstreamHealth road, Suspension closure, boolean paused) {
        return of(paused ? State.BLOCKED : State.RETRYING, road, closure, closure.since(), closure.nextProbe());
    }

    /// Every road is closed.
    ///
    /// @param paused whether somebody has to do something about it
    MailboxStatus outage(boolean paused) {
        UpstreamHealth road = upstreams.stream()
                .filter(closed -> !closed.isRetrying())
                .findFirst()
                .orElse(upstreams.getFirst());
        Suspension closure = road.suspension();
        if (closure == null) {
            throw new IllegalStateException(road.name() + " is open");
        }
        Instant since = suspensions()
                .map(Suspension::since)
                .max(Comparator.naturalOrder())
                .orElse(closure.since());
        Instant next = suspensions()
                .map(Suspension::nextProbe)
                .min(Comparator.naturalOrder())
                .orElse(closure.nextProbe());
        return of(paused ? State.BLOCKED : State.RETRYING, road, closure, since, next);
    }

    private MailboxStatus of(
            State state, UpstreamHealth road, Suspension closure, Instant since, @Nullable Instant nextTry) {
        return new MailboxStatus(
                mailbox.toString(),
                state,
                since,
                road.name(),
                closure.cause().reply().toString(),
                closure.cause().explanation(),
                closure.cause().advice(),
                nextTry,
                delivering());
    }

    private Stream<Suspension> suspensions() {
        return upstreams.stream().flatMap(road -> Stream.ofNullable(road.suspension()));
    }

    private int delivering() {
        return upstreams.stream().mapToInt(UpstreamHealth::inUse).sum();
    }
}
