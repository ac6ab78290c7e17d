package org.o365relay.deliver.health;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.DeliveryPermit.Probe;
import org.o365relay.deliver.health.Suspension.Cause;
import org.o365relay.deliver.health.Suspension.EndedBy;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;

/// Chooses the upstream of one mailbox, and blocks the mailbox while none can be used.
///
/// - The first upstream that is not suspended is used. An upstream stays suspended until a probe succeeds;
///   mail then goes back to it (failback).
/// - *Suspended*: the upstream has a failure that the admin has to fix. *Retrying*: it cannot be reached or
///   asks the relay to wait; retried within seconds.
/// - *Blocked*: the failure is the mailbox's own, whichever upstream is used.
/// - *Paused*: by an operator. Deliveries in flight continue. Checks continue, too, so that the status stays
///   current.
///
/// Probes after a failure before MAIL sign in and send no mail; after any other failure, one message at a time
/// is the probe.
public final class UpstreamFailover {

    private static final ProbeSchedule RETRIES = new ProbeSchedule(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final int MAX_TRANSACTION_FAILURES = 3;
    private static final Duration MAX_WAIT = Duration.ofSeconds(30);
    private static final Duration OUTAGE = Duration.ofMinutes(1);

    private final EmailAddress mailbox;
    private final List<UpstreamHealth> upstreams;
    private final ProbeSchedule probes;
    private final UpstreamEvents events;
    private final InstantSource clock;
    private @Nullable Block block;
    private @Nullable Pause pause;
    private @Nullable String messageProbeRequestedBy; // operator; null once the probe has started

    /// An operator's pause.
    private record Pause(Instant since, String by) {}

    /// A failure of the whole mailbox.
    ///
    /// @param upstream where the failure was seen
    /// @param probing whether a probe is in flight
    private record Block(Suspension suspension, UpstreamHealth upstream, boolean probing) {}

    /// @param upstreams at least one
    /// @param probes when suspended upstreams are probed, unless the failure has a schedule of its own
    public UpstreamFailover(
            EmailAddress mailbox,
            List<Upstream> upstreams,
            ProbeSchedule probes,
            Journal journal,
            InstantSource clock) {
        this.mailbox = mailbox;
        this.upstreams = IntStream.range(0, upstreams.size())
                .mapToObj(i -> new UpstreamHealth(upstreams.get(i), i))
                .toList();
        this.probes = probes;
        this.events = new UpstreamEvents(mailbox, journal, this.upstreams.getFirst());
        this.clock = clock;
    }

    /// @return whether messages may leave in parallel; otherwise one message at a time is tried, after
    ///     [#untilNextAttempt()]
    public synchronized boolean isOpen() {
        return current() != null;
    }

    /// @return whether this upstream is suspended and another is used
    public synchronized boolean hasFailedOverFrom(UpstreamHealth upstream) {
        return !upstream.isOpen() && current() != null;
    }

    /// @return whether no mail leaves for longer than a short outage, so that the pool's other mailboxes may
    ///     send the messages of this one
    public synchronized boolean isOutOfService() {
        Instant since = events.outageSince();
        return pause != null
                || events.isBlocked()
                || (since != null && !since.plus(OUTAGE).isAfter(clock.instant()));
    }

    /// @return time until the next attempt or probe may be made; zero if one may be made now
    public synchronized Duration untilNextAttempt() {
        endExpiredBlock();
        if (current() != null) {
            return Duration.ZERO;
        }
        return block != null
                ? remaining(block.suspension(), block.probing())
                : upstreams.stream()
                        .map(upstream -> remaining(upstream.suspension(), upstream.isProbing()))
                        .min(Comparator.naturalOrder())
                        .orElse(MAX_WAIT);
    }

    private Duration remaining(@Nullable Suspension suspension, boolean probing) {
        return suspension == null || probing ? MAX_WAIT : suspension.remaining(clock.instant());
    }

    /// @return how many deliveries may start now: the free connections of the upstream in use, or 1 for a probe
    public synchronized int freeSlots() {
        endExpiredBlock();
        UpstreamHealth current = current();
        if (pause != null) {
            return 0;
        }
        if (current != null) {
            return current.freeConnections();
        }
        return isMessageProbeDue() ? 1 : 0;
    }

    private boolean isMessageProbeDue() {
        return block != null
                ? isProbeDue(block, EndedBy.MESSAGE)
                : candidates()
                        .anyMatch(upstream ->
                                upstream.isProbeDue(EndedBy.MESSAGE, clock.instant()) && !upstream.isFull());
    }

    /// Waits until a delivery may start, 30 seconds at most.
    public synchronized void awaitFreeSlot() throws InterruptedException {
        long deadline = System.nanoTime() + MAX_WAIT.toNanos();
        for (long left = MAX_WAIT.toMillis();
                freeSlots() == 0 && left > 0;
                left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(Math.max(1, Math.min(left, untilMessageProbe().toMillis())));
        }
    }

    private Duration untilMessageProbe() {
        if (pause != null) {
            return MAX_WAIT;
        }
        Stream<Suspension> suspended = block != null
                ? Stream.of(block.suspension()).filter(_ -> !block.probing())
                : candidates()
                        .filter(upstream -> !upstream.isProbing())
                        .flatMap(upstream -> Stream.ofNullable(upstream.suspension()));
        return suspended
                .filter(suspension -> suspension.endedBy() != EndedBy.CHECK)
                .map(suspension -> suspension.remaining(clock.instant()))
                .min(Comparator.naturalOrder())
                .orElse(MAX_WAIT);
    }

    /// Waits until a check is due.
    public synchronized void awaitCheck() throws InterruptedException {
        for (Duration left = untilCheck(); left.isPositive(); left = untilCheck()) {
            wait(Math.max(1, left.toMillis()));
        }
    }

    private Duration untilCheck() {
        Stream<Suspension> blocked = block == null || block.probing() ? Stream.empty() : Stream.of(block.suspension());
        Stream<Suspension> suspended = candidates()
                .filter(upstream -> !upstream.isProbing())
                .flatMap(upstream -> Stream.ofNullable(upstream.suspension()));
        return Stream.concat(blocked, suspended)
                .filter(suspension -> suspension.endedBy() == EndedBy.CHECK)
                .map(suspension -> suspension.remaining(clock.instant()))
                .min(Comparator.naturalOrder())
                .orElse(MAX_WAIT);
    }

    /// @return a permit for one delivery; empty if none may start now
    public synchronized Optional<DeliveryPermit> acquire() {
        endExpiredBlock();
        if (pause != null) {
            return Optional.empty();
        }
        if (block != null) {
            return isProbeDue(block, EndedBy.MESSAGE) ? Optional.of(probe(block)) : Optional.empty();
        }
        Optional<UpstreamHealth> probed = candidates()
                .filter(upstream -> upstream.isProbeDue(EndedBy.MESSAGE, clock.instant()) && !upstream.isFull())
                .findFirst();
        UpstreamHealth upstream = probed.orElseGet(this::current);
        if (upstream == null || upstream.isFull()) {
            return Optional.empty();
        }
        probed.ifPresent(suspended -> {
            suspended.probing(true);
            messageProbeRequestedBy = null;
        });
        return Optional.of(permit(upstream, probed.isPresent() ? Probe.UPSTREAM : Probe.NONE, true));
    }

    /// @return a permit for the check that is due; empty if no check is due
    public synchronized Optional<DeliveryPermit> acquireCheck() {
        if (block != null && isProbeDue(block, EndedBy.CHECK)) {
            block = new Block(block.suspension(), block.upstream(), true);
            return Optional.of(permit(block.upstream(), Probe.MAILBOX, false));
        }
        Optional<UpstreamHealth> due = candidates()
                .filter(upstream -> upstream.isProbeDue(EndedBy.CHECK, clock.instant()))
                .findFirst();
        due.ifPresent(upstream -> upstream.probing(true));
        return due.map(upstream -> permit(upstream, Probe.UPSTREAM, false));
    }

    /// Releases a permit of [#acquire()] or [#acquireCheck()].
    public synchronized void release(DeliveryPermit permit) {
        if (permit.carriesMail()) {
            permit.health().release();
        }
        switch (permit.probe()) {
            case NONE -> {}
            case UPSTREAM -> permit.health().probing(false);
            case MAILBOX -> block = block == null ? null : new Block(block.suspension(), block.upstream(), false);
        }
        notifyAll();
    }

    /// @return whether an operator has paused the mailbox
    public synchronized boolean isPaused() {
        return pause != null;
    }

    /// Starts no deliveries until [#resume].
    public synchronized void pause(Instant since, String by) {
        pause = new Pause(since, by);
        notifyAll();
    }

    /// Ends an operator's pause, and makes every probe due now.
    ///
    /// @param quotaFullUntil when the account's daily quota has room again; null if it has now
    /// @return what is probed; empty if the mailbox is not blocked and no upstream that is preferred to the one
    ///     in use is suspended
    public synchronized List<RequestedProbe> resume(@Nullable Instant quotaFullUntil) {
        pause = null;
        List<RequestedProbe> probed = retry(quotaFullUntil);
        notifyAll();
        return probed;
    }

    /// Makes every probe due now, whatever its schedule; after a failed probe the schedule applies again. The
    /// relay's own quota is never exceeded: a block because of the quota ends only if the quota has room.
    ///
    /// @param quotaFullUntil when the account's daily quota has room again; null if it has now
    /// @return what is probed; empty in the same cases as for [#resume]
    public synchronized List<RequestedProbe> retry(@Nullable Instant quotaFullUntil) {
        endExpiredBlock();
        Instant now = clock.instant();
        List<RequestedProbe> probed = new ArrayList<>();
        if (block != null) {
            probed.add(retryBlock(block, quotaFullUntil, now));
        }
        upstreams.stream().takeWhile(upstream -> !upstream.isOpen()).forEach(upstream -> {
            Suspension suspension = upstream.suspension();
            if (suspension != null) {
                probed.add(RequestedProbe.of(upstream.name(), RequestedProbe.Target.UPSTREAM, suspension));
            }
        });
        upstreams.forEach(upstream -> upstream.probeNow(now));
        notifyAll();
        return probed;
    }

    /// Records, until such a probe starts, that an operator has requested a probe that needs a message.
    ///
    /// @param by user name of the operator
    public synchronized void requestMessageProbe(String by) {
        messageProbeRequestedBy = by;
    }

    /// @return the operator who requested the probe that is due and needs a message; empty if there is none
    public synchronized Optional<String> messageProbeRequestedBy() {
        return pause == null && isMessageProbeDue() ? Optional.ofNullable(messageProbeRequestedBy) : Optional.empty();
    }

    private RequestedProbe retryBlock(Block blocked, @Nullable Instant quotaFullUntil, Instant now) {
        Suspension suspension = blocked.suspension();
        RequestedProbe probed = RequestedProbe.of(blocked.upstream().name(), RequestedProbe.Target.MAILBOX, suspension);
        if (suspension.endedBy() != EndedBy.TIME) {
            block = new Block(suspension.dueNow(now), blocked.upstream(), blocked.probing());
        } else if (quotaFullUntil != null) {
            return probed.waitingUntil(quotaFullUntil);
        } else {
            endBlock();
            events.mailboxUnblocked(current(), now);
        }
        return probed;
    }

    /// @return the state to show to operators
    public synchronized MailboxStatus status() {
        endExpiredBlock();
        MailboxStatusView view = new MailboxStatusView(mailbox, upstreams);
        if (pause != null) {
            return view.paused(pause.since(), pause.by());
        }
        if (block != null) {
            return view.outage(block.upstream(), block.suspension(), events.isBlocked());
        }
        UpstreamHealth current = current();
        return current == null ? view.outage(events.isBlocked()) : view.open(current);
    }

    /// Blocks the mailbox because of a failure of its own.
    ///
    /// @param schedule of the probes; null for the usual one
    public synchronized void block(DeliveryPermit permit, Cause cause, @Nullable ProbeSchedule schedule) {
        if (!permit.isStale()) {
            ProbeSchedule times = schedule == null ? probes : schedule;
            Suspension suspension = block == null
                    ? Suspension.of(cause, times, clock.instant())
                    : block.suspension().probeFailed(cause, times, clock.instant());
            block(permit.health(), suspension);
        }
    }

    /// Sends nothing before this time, without reporting a block: the wait is expected to be short.
    public synchronized void retryLater(DeliveryPermit permit, Instant until, Cause cause) {
        if (!permit.isStale()) {
            if (block == null) {
                setBlock(permit.health(), endedByTime(until, cause));
            } else {
                updateBlock(block.suspension().rescheduled(clock.instant()));
            }
        }
    }

    /// Blocks the mailbox until this time.
    public synchronized void blockUntil(DeliveryPermit permit, Instant until, Cause cause) {
        if (!permit.isStale()) {
            block(permit.health(), endedByTime(until, cause));
        }
    }

    private Suspension endedByTime(Instant until, Cause cause) {
        Instant now = clock.instant();
        Duration delay = Duration.between(now, until);
        return Suspension.of(cause, EndedBy.TIME, new ProbeSchedule(delay, delay), now);
    }

    /// Suspends the upstream because of a failure of its own.
    ///
    /// @param schedule of the probes; null for the usual one
    public synchronized void suspend(DeliveryPermit permit, Cause cause, @Nullable ProbeSchedule schedule) {
        if (permit.isStale()) {
            return;
        }
        UpstreamHealth upstream = permit.health();
        Suspension before = upstream.suspension();
        ProbeSchedule times = schedule == null ? probes : schedule;
        Suspension suspension = before == null || upstream.isRetrying()
                ? Suspension.of(cause, times, clock.instant())
                : before.probeFailed(cause, times, clock.instant());
        boolean wasBlocked = endBlock();
        upstream.suspend(suspension);
        events.upstreamSuspended(upstream, suspension, current());
        if (wasBlocked) {
            events.mailboxUnblocked(current(), clock.instant());
        }
        notifyAll();
    }

    /// Records that an attempt failed before MAIL with a temporary failure.
    public synchronized void unreachable(DeliveryPermit permit, Cause cause) {
        if (permit.isStale()) {
            return;
        }
        UpstreamHealth upstream = permit.health();
        Suspension before = upstream.suspension();
        if (block != null) {
            updateBlock(block.suspension().probeFailed(clock.instant()));
        } else if (before != null && !upstream.isRetrying()) {
            upstream.suspend(before.probeFailed(clock.instant()));
        } else {
            retryLater(upstream, RETRIES.delay(upstream.retries()), cause);
        }
        notifyAll();
    }

    /// Records that the connection was lost or the upstream failed at MAIL or later. A single failure may be
    /// caused by the message; after three in a row the upstream counts as unreachable.
    public synchronized void transactionFailed(DeliveryPermit permit, Cause cause) {
        if (permit.isStale()) {
            return;
        }
        UpstreamHealth upstream = permit.health();
        int inRow = upstream.countTransactionFailure();
        if (block != null || (!upstream.isOpen() && !upstream.isRetrying())) {
            reschedule(permit, suspension -> suspension.probeFailed(clock.instant()));
        } else if (!upstream.isOpen() || inRow >= MAX_TRANSACTION_FAILURES) {
            retryLater(upstream, RETRIES.messageDelay(Math.max(0, inRow - MAX_TRANSACTION_FAILURES)), cause);
            notifyAll();
        }
    }

    private void retryLater(UpstreamHealth upstream, Duration delay, Cause cause) {
        Suspension before = upstream.suspension();
        ProbeSchedule once = new ProbeSchedule(delay, delay);
        Instant now = clock.instant();
        Suspension suspension =
                before == null ? Suspension.endedByCheck(cause, once, now) : before.checkFailed(once, now);
        upstream.retryLater(suspension);
        if (before == null) {
            events.upstreamUnreachable(upstream, suspension, current());
        }
    }

    /// Records that an attempt ended without a reply from the upstream; ignored unless the attempt was a probe.
    public synchronized void connectionLost(DeliveryPermit permit) {
        if (!permit.isStale() && isSuspended(permit)) {
            reschedule(permit, suspension -> suspension.probeFailed(clock.instant()));
        }
    }

    /// Records that the upstream deferred a message, or let the relay sign in. That does not end a suspension
    /// for a failure at a later step, such as a quota; the next probe decides.
    public synchronized void answered(DeliveryPermit permit) {
        if (permit.isStale()) {
            return;
        }
        UpstreamHealth upstream = permit.health();
        if (permit.carriesMail()) {
            upstream.answered();
        }
        if (!isSuspended(permit)) {
            return;
        }
        Suspension suspension = block != null ? block.suspension() : upstream.suspension();
        if (block == null && suspension != null && upstream.isRetrying()) {
            retryAnswered(permit, suspension);
        } else if (suspension != null && suspension.cause().step().compareTo(Step.MAIL) >= 0) {
            reschedule(permit, before -> before.rescheduled(clock.instant()));
        } else {
            reopen(permit);
        }
    }

    private void retryAnswered(DeliveryPermit permit, Suspension suspension) {
        boolean needsMessage = suspension.cause().step().compareTo(Step.MAIL) >= 0 && !permit.carriesMail();
        if (needsMessage) {
            permit.health().continueRetrying(suspension.probedByMessage(clock.instant()));
            notifyAll();
        } else {
            reopen(permit);
        }
    }

    /// Records that the upstream permanently refused a message at this step; all earlier steps work.
    public synchronized void refused(DeliveryPermit permit, Step step) {
        Suspension suspension =
                block != null ? block.suspension() : permit.health().suspension();
        if (suspension == null || suspension.cause().step().compareTo(step) <= 0) {
            accepted(permit);
        } else if (block == null && permit.health().isRetrying() && !permit.isStale()) {
            permit.health().continueRetrying(suspension.probedByMessage(clock.instant()));
            notifyAll();
        } else {
            answered(permit);
        }
    }

    /// Records that the upstream accepted a message.
    public synchronized void accepted(DeliveryPermit permit) {
        if (!permit.isStale()) {
            permit.health().accepted();
            if (isSuspended(permit)) {
                reopen(permit);
            }
        }
    }

    private boolean isSuspended(DeliveryPermit permit) {
        return block != null || !permit.health().isOpen();
    }

    private void reopen(DeliveryPermit permit) {
        UpstreamHealth upstream = permit.health();
        Suspension before = upstream.suspension();
        if (before != null) {
            upstream.reopen();
        }
        boolean wasBlocked = endBlock();
        if (before != null) {
            events.upstreamReopened(upstream, before, current(), clock.instant());
        }
        if (wasBlocked) {
            events.mailboxUnblocked(current(), clock.instant());
        }
        notifyAll();
    }

    private void reschedule(DeliveryPermit permit, UnaryOperator<Suspension> update) {
        Suspension suspended = permit.health().suspension();
        if (block != null) {
            updateBlock(update.apply(block.suspension()));
        } else if (suspended != null && permit.health().isRetrying()) {
            retryLater(permit.health(), RETRIES.delay(permit.health().retries()), suspended.cause());
        } else if (suspended != null) {
            permit.health().suspend(update.apply(suspended));
        }
        notifyAll();
    }

    private void block(UpstreamHealth upstream, Suspension suspension) {
        setBlock(upstream, suspension);
        events.mailboxBlocked(upstream, suspension);
    }

    private void setBlock(UpstreamHealth upstream, Suspension suspension) {
        block = new Block(suspension, upstream, false);
        upstreams.forEach(UpstreamHealth::invalidatePermits);
        notifyAll();
    }

    private void updateBlock(Suspension suspension) {
        if (block != null) {
            block = new Block(suspension, block.upstream(), false);
            upstreams.forEach(UpstreamHealth::invalidatePermits);
        }
    }

    private boolean endBlock() {
        boolean wasBlocked = block != null;
        block = null;
        if (wasBlocked) {
            upstreams.forEach(UpstreamHealth::invalidatePermits);
        }
        return wasBlocked;
    }

    private void endExpiredBlock() {
        if (block != null
                && block.suspension().endedBy() == EndedBy.TIME
                && block.suspension().isDue(clock.instant())) {
            endBlock();
            events.mailboxUnblocked(current(), clock.instant());
            notifyAll();
        }
    }

    private boolean isProbeDue(Block blocked, EndedBy end) {
        return blocked.suspension().endedBy() == end
                && !blocked.probing()
                && blocked.suspension().isDue(clock.instant());
    }

    private DeliveryPermit probe(Block blocked) {
        block = new Block(blocked.suspension(), blocked.upstream(), true);
        messageProbeRequestedBy = null;
        UpstreamHealth open =
                upstreams.stream().filter(UpstreamHealth::isOpen).findFirst().orElse(blocked.upstream());
        return permit(open, Probe.MAILBOX, true);
    }

    private static DeliveryPermit permit(UpstreamHealth upstream, Probe probe, boolean carriesMail) {
        if (carriesMail) {
            upstream.acquire();
        }
        return new DeliveryPermit(upstream, upstream.generation(), probe, carriesMail);
    }

    private @Nullable UpstreamHealth current() {
        return block != null
                ? null
                : upstreams.stream().filter(UpstreamHealth::isOpen).findFirst().orElse(null);
    }

    /// @return the suspended upstreams that are preferred to the one in use
    private Stream<UpstreamHealth> candidates() {
        return block != null ? Stream.empty() : upstreams.stream().takeWhile(upstream -> !upstream.isOpen());
    }
}
