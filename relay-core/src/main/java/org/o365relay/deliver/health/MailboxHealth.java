package org.o365relay.deliver.health;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.DeliveryPermit.Probe;
import org.o365relay.deliver.health.HealthEvent.Pause;
import org.o365relay.deliver.health.HealthState.Blocked;
import org.o365relay.deliver.health.Suspension.EndedBy;
import org.o365relay.mail.EmailAddress;

/// Health of a mailbox and its upstreams: an immutable value. [HealthTransition] computes the next one.
///
/// @param probes schedule of probes for failures that do not specify a schedule
/// @param upstreams upstreams in order of preference, the primary first; at least one
/// @param block failure of the mailbox itself; null if there is none
/// @param pause an operator's pause, independent of the other state; null if there is none
/// @param messageProbeBy operator who requested a probe that must send a message; null if there is no
///     request, or once a probe has started to send a message
record MailboxHealth(
        EmailAddress mailbox,
        ProbeSchedule probes,
        List<UpstreamHealth> upstreams,
        @Nullable Blocked block,
        @Nullable Pause pause,
        @Nullable String messageProbeBy,
        Reported reported) {

    /// Maximum wait before the health is checked again, because not every change is announced by an event.
    static final Duration MAX_WAIT = Duration.ofSeconds(30);

    private static final Duration MAX_SHORT_OUTAGE = Duration.ofMinutes(1);

    /// What was reported, so that each failover, block and outage is reported once.
    ///
    /// @param reasons last reported reason for each upstream, by the name of the upstream; the empty string is
    ///     the key for the mailbox itself
    /// @param outage the reported outage; null if there is none
    /// @param active position of the upstream that was last reported as in use
    record Reported(Map<String, String> reasons, @Nullable Outage outage, int active) {}

    /// A period during which no mail is sent.
    ///
    /// @param blocked whether mail waits for a failure to be fixed or for a limit to end; false if the
    ///     upstreams are merely unreachable
    record Outage(Instant since, boolean blocked) {}

    /// A failure that ends with a successful probe or at a fixed time.
    ///
    /// @param upstream upstream where the failure was seen
    private record Failure(Suspension suspension, UpstreamHealth upstream, Probe probe, boolean isProbing) {

        boolean isProbeDue(EndedBy end, Instant now) {
            boolean hasConnection = probe == Probe.MAILBOX || end == EndedBy.CHECK || !upstream.isFull();
            return !isProbing && suspension.endedBy() == end && suspension.isDue(now) && hasConnection;
        }

        DeliveryPermit permit(UpstreamHealth through, boolean carriesMail) {
            return new DeliveryPermit(through.position(), through.permits().generation(), probe, carriesMail);
        }
    }

    /// A mailbox without failures.
    static MailboxHealth open(EmailAddress mailbox, ProbeSchedule probes, List<UpstreamHealth> upstreams) {
        return new MailboxHealth(mailbox, probes, upstreams, null, null, null, new Reported(Map.of(), null, 0));
    }

    /// Returns the health of the same mailbox with other upstreams and probes. Its failures last until a probe
    /// of the new upstreams succeeds; each new upstream starts in the state of the one at its position. In the
    /// result, no attempt is in flight.
    MailboxHealth replacing(MailboxHealth previous) {
        int last = upstreams.size() - 1;
        List<UpstreamHealth> next = upstreams.stream()
                .map(upstream -> upstream.position() < previous.upstreams().size()
                        ? upstream.replacing(previous.upstreams().get(upstream.position()))
                        : upstream)
                .toList();
        Blocked was = previous.block();
        Blocked nextBlock =
                was == null ? null : new Blocked(was.suspension(), Math.min(was.upstream(), last), null, was.isBrief());
        Reported known = previous.reported();
        return new MailboxHealth(
                mailbox,
                probes,
                next,
                nextBlock,
                previous.pause(),
                null,
                new Reported(known.reasons(), known.outage(), Math.min(known.active(), last)));
    }

    /// @return the upstream in use: the first open one; empty if none is open or the mailbox is blocked
    Optional<UpstreamHealth> current() {
        return block != null ? Optional.empty() : firstOpen();
    }

    private Optional<UpstreamHealth> firstOpen() {
        return upstreams.stream().filter(UpstreamHealth::isOpen).findFirst();
    }

    UpstreamHealth upstream(DeliveryPermit permit) {
        return upstreams.get(permit.upstream());
    }

    boolean isStale(DeliveryPermit permit) {
        return permit.generation() != upstream(permit).permits().generation();
    }

    /// The failures that are probed: the failure of the mailbox itself or, if it has none, the failures of the
    /// upstreams that are preferred to the one in use.
    private Stream<Failure> failures() {
        return block != null
                ? Stream.of(new Failure(
                        block.suspension(), upstreams.get(block.upstream()), Probe.MAILBOX, block.probe() != null))
                : suspended()
                        .flatMap(upstream -> upstream.state().failure().stream()
                                .map(suspension -> new Failure(
                                        suspension,
                                        upstream,
                                        Probe.UPSTREAM,
                                        upstream.permits().probe() != null)));
    }

    /// @return the upstreams, suspended or retried, that are preferred to the first open one
    Stream<UpstreamHealth> suspended() {
        return upstreams.stream().takeWhile(upstream -> !upstream.isOpen());
    }

    /// @return a permit for one delivery; empty if none may start now
    Optional<DeliveryPermit> nextDelivery(Instant now) {
        return pause != null
                ? Optional.empty()
                : dueProbe(EndedBy.MESSAGE, now)
                        .map(this::messageProbe)
                        .or(() ->
                                current().filter(upstream -> !upstream.isFull()).map(MailboxHealth::ordinaryPermit));
    }

    /// @param unsuitable positions of upstreams that cannot accept the message
    /// @return a permit for one delivery by another upstream; empty if none may start now
    Optional<DeliveryPermit> nextDelivery(Set<Integer> unsuitable) {
        return pause != null || block != null
                ? Optional.empty()
                : upstreams.stream()
                        .filter(upstream ->
                                upstream.isOpen() && !upstream.isFull() && !unsuitable.contains(upstream.position()))
                        .findFirst()
                        .map(MailboxHealth::ordinaryPermit);
    }

    private static DeliveryPermit ordinaryPermit(UpstreamHealth upstream) {
        return new DeliveryPermit(upstream.position(), upstream.permits().generation(), Probe.NONE, true);
    }

    private DeliveryPermit messageProbe(Failure failure) {
        UpstreamHealth seen = failure.upstream();
        return failure.permit(failure.probe() == Probe.MAILBOX ? firstOpen().orElse(seen) : seen, true);
    }

    /// @return a permit for the check that is due; empty if none is due
    Optional<DeliveryPermit> nextCheck(Instant now) {
        return dueProbe(EndedBy.CHECK, now).map(failure -> failure.permit(failure.upstream(), false));
    }

    private Optional<Failure> dueProbe(EndedBy end, Instant now) {
        return failures().filter(failure -> failure.isProbeDue(end, now)).findFirst();
    }

    /// @return how many deliveries may start now: the free connections of the upstream in use or, if none is in
    ///     use, 1 if a probe that sends a message is due; 0 if the mailbox is paused
    int freeSlots(Instant now) {
        return pause != null
                ? 0
                : current()
                        .map(UpstreamHealth::freeConnections)
                        .orElseGet(() -> dueProbe(EndedBy.MESSAGE, now).isPresent() ? 1 : 0);
    }

    /// @return whether a failure is probed with a message, now or later
    boolean awaitsMessageProbe() {
        return failures().anyMatch(failure -> failure.suspension().endedBy() == EndedBy.MESSAGE);
    }

    /// @return the operator who requested the message probe that is due; empty if there is none
    Optional<String> messageProbeRequestedBy(Instant now) {
        return pause == null && dueProbe(EndedBy.MESSAGE, now).isPresent()
                ? Optional.ofNullable(messageProbeBy)
                : Optional.empty();
    }

    /// @return time until the next attempt or probe may be made; zero if an upstream is in use or a probe is
    ///     due. The end of a probe in flight is assumed to be [#MAX_WAIT] away
    Duration untilNextAttempt(Instant now) {
        return current().isPresent()
                ? Duration.ZERO
                : shortest(failures()
                        .map(failure -> failure.isProbing()
                                ? MAX_WAIT
                                : failure.suspension().remaining(now)));
    }

    /// @return time until a failure ends by itself or may be probed by a message; [#MAX_WAIT] if there is no
    ///     such failure or the mailbox is paused
    Duration untilMessageProbe(Instant now) {
        return pause != null ? MAX_WAIT : untilProbe(now, EndedBy.MESSAGE, EndedBy.TIME);
    }

    /// @return time until a check is due; [#MAX_WAIT] if no failure is probed by a check
    Duration untilCheck(Instant now) {
        return untilProbe(now, EndedBy.CHECK);
    }

    private Duration untilProbe(Instant now, EndedBy... ends) {
        return shortest(failures()
                .filter(failure -> !failure.isProbing()
                        && List.of(ends).contains(failure.suspension().endedBy()))
                .map(failure -> failure.suspension().remaining(now)));
    }

    private static Duration shortest(Stream<Duration> waits) {
        return waits.min(Comparator.naturalOrder()).orElse(MAX_WAIT);
    }

    /// @return whether the mailbox is paused or blocked, or its upstreams have been unreachable for a minute
    boolean isOutOfService(Instant now) {
        Outage outage = reported.outage();
        return pause != null
                || (outage != null
                        && (outage.blocked()
                                || !outage.since().plus(MAX_SHORT_OUTAGE).isAfter(now)));
    }

    MailboxHealth with(UpstreamHealth next) {
        return with(next, block);
    }

    MailboxHealth with(UpstreamHealth next, @Nullable Blocked nextBlock) {
        return with(
                upstreams.stream()
                        .map(upstream -> upstream.position() == next.position() ? next : upstream)
                        .toList(),
                nextBlock);
    }

    /// Begins, changes or ends a block. From then on, the results of attempts in flight are ignored.
    ///
    /// @param next the block; null to end it
    MailboxHealth blocked(@Nullable Blocked next) {
        return with(upstreams.stream().map(UpstreamHealth::invalidatingPermits).toList(), next);
    }

    /// Ends the block, if there is one.
    MailboxHealth unblocked() {
        return block == null ? this : blocked(null);
    }

    /// Makes every probe due now.
    MailboxHealth dueNow(Instant now) {
        Blocked due = block == null ? null : block.with(block.suspension().dueNow(now));
        return with(upstreams.stream().map(upstream -> upstream.dueNow(now)).toList(), due);
    }

    private MailboxHealth with(List<UpstreamHealth> nextUpstreams, @Nullable Blocked nextBlock) {
        return new MailboxHealth(mailbox, probes, nextUpstreams, nextBlock, pause, messageProbeBy, reported);
    }

    MailboxHealth withOperator(@Nullable Pause nextPause, @Nullable String nextMessageProbeBy) {
        return new MailboxHealth(mailbox, probes, upstreams, block, nextPause, nextMessageProbeBy, reported);
    }

    MailboxHealth withReported(Reported next) {
        return new MailboxHealth(mailbox, probes, upstreams, block, pause, messageProbeBy, next);
    }
}
