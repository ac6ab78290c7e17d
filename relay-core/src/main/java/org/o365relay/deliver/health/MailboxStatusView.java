package org.o365relay.deliver.health;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.MailboxStatus.State;
import org.o365relay.mail.EmailAddress;

/// Builds the [MailboxStatus] from the state of the upstreams. Used by their [UpstreamFailover], under its
/// lock.
///
/// @param upstreams the primary first
record MailboxStatusView(EmailAddress mailbox, List<UpstreamHealth> upstreams) {

    MailboxStatus paused(Instant since, String by) {
        UpstreamHealth upstream =
                upstreams.stream().filter(UpstreamHealth::isOpen).findFirst().orElse(upstreams.getFirst());
        return new MailboxStatus(
                mailbox.toString(),
                State.PAUSED,
                since,
                upstream.name(),
                "",
                "paused by " + by,
                "To resume delivery: o365-relay mailboxes resume " + mailbox,
                null,
                delivering());
    }

    /// Status of a mailbox whose mail can leave.
    ///
    /// @param current the upstream in use
    MailboxStatus open(UpstreamHealth current) {
        UpstreamHealth primary = upstreams.getFirst();
        Suspension suspension = primary.suspension();
        return suspension == null
                ? new MailboxStatus(
                        mailbox.toString(), State.OPEN, null, current.name(), "", "", "", null, delivering())
                : of(State.FAILOVER, current, suspension, suspension.since(), suspension.nextProbe());
    }

    /// Status of a mailbox with a failure of its own, whichever upstream is used.
    ///
    /// @param upstream where the failure was seen
    /// @param blocked whether something has to be fixed
    MailboxStatus outage(UpstreamHealth upstream, Suspension suspension, boolean blocked) {
        return of(
                blocked ? State.BLOCKED : State.RETRYING,
                upstream,
                suspension,
                suspension.since(),
                suspension.nextProbe());
    }

    /// Status of a mailbox whose upstreams are all suspended.
    ///
    /// @param blocked whether something has to be fixed
    MailboxStatus outage(boolean blocked) {
        UpstreamHealth upstream = upstreams.stream()
                .filter(suspended -> !suspended.isRetrying())
                .findFirst()
                .orElse(upstreams.getFirst());
        Suspension suspension = upstream.suspension();
        if (suspension == null) {
            throw new IllegalStateException(upstream.name() + " is not suspended");
        }
        Instant since = suspensions()
                .map(Suspension::since)
                .max(Comparator.naturalOrder())
                .orElse(suspension.since());
        Instant next = suspensions()
                .map(Suspension::nextProbe)
                .min(Comparator.naturalOrder())
                .orElse(suspension.nextProbe());
        return of(blocked ? State.BLOCKED : State.RETRYING, upstream, suspension, since, next);
    }

    private MailboxStatus of(
            State state, UpstreamHealth upstream, Suspension suspension, Instant since, @Nullable Instant nextProbe) {
        return new MailboxStatus(
                mailbox.toString(),
                state,
                since,
                upstream.name(),
                suspension.cause().reply().toString(),
                suspension.cause().explanation(),
                suspension.cause().advice(),
                nextProbe,
                delivering());
    }

    private Stream<Suspension> suspensions() {
        return upstreams.stream().flatMap(upstream -> Stream.ofNullable(upstream.suspension()));
    }

    private int delivering() {
        return upstreams.stream().mapToInt(UpstreamHealth::inUse).sum();
    }
}
