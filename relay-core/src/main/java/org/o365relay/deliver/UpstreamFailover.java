package org.o365relay.deliver;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.DeliveryPermit.Probe;
import org.o365relay.deliver.Response.Step;
import org.o365relay.deliver.Suspension.Cause;
import org.o365relay.deliver.Suspension.EndedBy;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;

/// The roads of one mailbox, in the order of preference: which is taken, which are closed, and when it is tried
/// whether they still have to be.
///
/// - The first road that is open is taken. One that is closed stays so until a probe has shown that its trouble
///   is over; then mail goes back to it.
/// - *Closed*: trouble that the admin has to see to. *Resting*: it cannot be reached, or does not let the relay
///   in for the moment; tried again after seconds.
/// - *Paused*: trouble of the mailbox itself, whatever the road.
///
/// - *Stopped*: an operator said so; deliveries under way end. Checks go on, so that it is known how the roads are.
///
/// Trouble that shows before MAIL is probed by signing in, without mail; the rest with one message at a time.
final class UpstreamFailover {

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

    /// An operator said so.
    private record Pause(Instant since, String by) {}

    /// Of the whole mailbox.
    ///
    /// @param upstream where the trouble showed
    private record Block(Suspension suspension, UpstreamHealth upstream, boolean probing) {}

    /// @param upstreams at least one
    /// @param probes when closed roads are probed, unless the trouble asks for something else
    UpstreamFailover(
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

    /// @return whether messages may leave side by side; if not, one at a time may try once [#untilNextAttempt()] is
    ///     over
    synchronized boolean isOpen() {
        return current() != null;
    }

    /// @return whether this one is closed, and another is taken
    synchronized boolean hasFailedOverFrom(UpstreamHealth road) {
        return !road.isOpen() && current() != null;
    }

    /// @return whether nothing leaves, and not for some seconds only: who shares the work may have it
    synchronized boolean isOutOfService() {
        Instant since = events.outageSince();
        return pause != null
                || events.isBlocked()
                || (since != null && !since.plus(OUTAGE).isAfter(clock.instant()));
    }

    /// @return how long nothing can be tried; zero if something can
    synchronized Duration untilNextAttempt() {
        endExpiredBlock();
        if (current() != null) {
            return Duration.ZERO;
        }
        return block != null
                ? remaining(block.suspension(), block.probing())
                : upstreams.stream()
                        .map(road -> remaining(road.suspension(), road.isProbing()))
                        .min(Comparator.naturalOrder())
                        .orElse(MAX_WAIT);
    }

    private Duration remaining(@Nullable Suspension closure, boolean probing) {
        return closure == null || probing ? MAX_WAIT : closure.remaining(clock.instant());
    }

    /// @return how many messages may be begun now: as many as the road has connections left, or one to probe
    synchronized int freeSlots() {
        endExpiredBlock();
        UpstreamHealth current = current();
        if (pause != null) {
            return 0;
        }
        if (current != null) {
            return current.freeConnections();
        }
        boolean byMessage = block != null
                ? isProbeDue(block, EndedBy.MESSAGE)
                : upstreams.stream()
                        .anyMatch(road -> road.isProbeDue(EndedBy.MESSAGE, clock.instant()) && !road.isFull());
        return byMessage ? 1 : 0;
    }

    /// Waits until a message may be begun, half a minute at most.
    synchronized void awaitFreeSlot() throws InterruptedException {
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
        Stream<Suspension> closed = block != null
                ? Stream.of(block.suspension()).filter(_ -> !block.probing())
                : candidates().filter(road -> !road.isProbing()).flatMap(road -> Stream.ofNullable(road.suspension()));
        return closed.filter(closure -> closure.endedBy() != EndedBy.CHECK)
                .map(closure -> closure.remaining(clock.instant()))
                .min(Comparator.naturalOrder())
                .orElse(MAX_WAIT);
    }

    /// Waits until a check is due.
    synchronized void awaitCheck() throws InterruptedException {
        for (Duration left = untilCheck(); left.isPositive(); left = untilCheck()) {
            wait(Math.max(1, left.toMillis()));
        }
    }

    private Duration untilCheck() {
        Stream<Suspension> paused = block == null || block.probing() ? Stream.empty() : Stream.of(block.suspension());
        Stream<Suspension> closed =
                candidates().filter(road -> !road.isProbing()).flatMap(road -> Stream.ofNullable(road.suspension()));
        return Stream.concat(paused, closed)
                .filter(closure -> closure.endedBy() == EndedBy.CHECK)
                .map(closure -> closure.remaining(clock.instant()))
                .min(Comparator.naturalOrder())
                .orElse(MAX_WAIT);
    }

    /// @return leave to try one message; empty if none may be tried now
    synchronized Optional<DeliveryPermit> acquire() {
        endExpiredBlock();
        if (pause != null) {
            return Optional.empty();
        }
        if (block != null) {
            return isProbeDue(block, EndedBy.MESSAGE) ? Optional.of(probe(block)) : Optional.empty();
        }
        Optional<UpstreamHealth> probed = candidates()
                .filter(road -> road.isProbeDue(EndedBy.MESSAGE, clock.instant()) && !road.isFull())
                .findFirst();
        UpstreamHealth road = probed.orElseGet(this::current);
        if (road == null || road.isFull()) {
            return Optional.empty();
        }
        probed.ifPresent(closed -> closed.probing(true));
        return Optional.of(permit(road, probed.isPresent() ? Probe.UPSTREAM : Probe.NONE, true));
    }

    /// @return leave to make the check that is due; empty if none is
    synchronized Optional<DeliveryPermit> acquireCheck() {
        if (block != null && isProbeDue(block, EndedBy.CHECK)) {
            block = new Block(block.suspension(), block.upstream(), true);
            return Optional.of(permit(block.upstream(), Probe.MAILBOX, false));
        }
        Optional<UpstreamHealth> due = candidates()
                .filter(road -> road.isProbeDue(EndedBy.CHECK, clock.instant()))
                .findFirst();
        due.ifPresent(road -> road.probing(true));
        return due.map(road -> permit(road, Probe.UPSTREAM, false));
    }

    /// Ends what [#acquire()] or [#acquireCheck()] began.
    synchronized void release(DeliveryPermit passage) {
        if (passage.carriesMail()) {
            passage.health().release();
        }
        switch (passage.probe()) {
            case NONE -> {}
            case UPSTREAM -> passage.health().probing(false);
            case MAILBOX -> block = block == null ? null : new Block(block.suspension(), block.upstream(), false);
        }
        notifyAll();
    }

    /// @return whether an operator lets nothing leave
    synchronized boolean isPaused() {
        return pause != null;
    }

    /// Nothing more is tried until [#resume()].
    synchronized void pause(Instant since, String by) {
        pause = new Pause(since, by);
        notifyAll();
    }

    /// Ends a stop, and has everything that is closed probed at once.
    ///
    /// @return false if there was nothing to resume
    synchronized boolean resume() {
        Instant now = clock.instant();
        boolean any = pause != null || block != null;
        pause = null;
        if (block != null) {
            block = new Block(block.suspension().dueNow(now), block.upstream(), block.probing());
        }
        for (UpstreamHealth road : upstreams) {
            any |= !road.isOpen();
            road.probeNow(now);
        }
        notifyAll();
        return any;
    }

    /// @return how they are, for the operator
    synchronized MailboxStatus status() {
        endExpiredBlock();
        MailboxStatusView standing = new MailboxStatusView(mailbox, upstreams);
        if (pause != null) {
            return standing.paused(pause.since(), pause.by());
        }
        if (block != null) {
            return standing.outage(block.upstream(), block.suspension(), events.isBlocked());
        }
        UpstreamHealth current = current();
        return current == null ? standing.outage(events.isBlocked()) : standing.open(current);
    }

    /// Trouble of the mailbox itself.
    ///
    /// @param schedule when it is probed; null for the usual times
    synchronized void block(DeliveryPermit passage, Cause trouble, @Nullable ProbeSchedule schedule) {
        if (!passage.isStale()) {
            ProbeSchedule times = schedule == null ? probes : schedule;
            Suspension closure = block == null
                    ? Suspension.of(trouble, times, clock.instant())
                    : block.suspension().probeFailed(trouble, times, clock.instant());
            block(passage.health(), closure);
        }
    }

    /// Nothing leaves before this time, which is too soon to tell anybody.
    synchronized void retryLater(DeliveryPermit passage, Instant until, Cause trouble) {
        if (!passage.isStale()) {
            if (block == null) {
                setBlock(passage.health(), endedByTime(until, trouble));
            } else {
                updateBlock(block.suspension().rescheduled(clock.instant()));
            }
        }
    }

    /// Nothing leaves before this time.
    synchronized void blockUntil(DeliveryPermit passage, Instant until, Cause trouble) {
        if (!passage.isStale()) {
            block(passage.health(), endedByTime(until, trouble));
        }
    }

    private Suspension endedByTime(Instant until, Cause trouble) {
        Instant now = clock.instant();
        Duration delay = Duration.between(now, until);
        return Suspension.of(trouble, EndedBy.TIME, new ProbeSchedule(delay, delay), now);
    }

    /// Trouble of the road.
    ///
    /// @param schedule when it is probed; null for the usual times
    synchronized void suspend(DeliveryPermit passage, Cause trouble, @Nullable ProbeSchedule schedule) {
        if (passage.isStale()) {
            return;
        }
        UpstreamHealth road = passage.health();
        Suspension before = road.suspension();
        ProbeSchedule times = schedule == null ? probes : schedule;
        Suspension closure = before == null || road.isRetrying()
                ? Suspension.of(trouble, times, clock.instant())
                : before.probeFailed(trouble, times, clock.instant());
        boolean wasPaused = endBlock();
        road.suspend(closure);
        events.upstreamSuspended(road, closure, current());
        if (wasPaused) {
            events.mailboxUnblocked(current(), clock.instant());
        }
        notifyAll();
    }

    /// It came to nothing before MAIL, and that is nobody's fault for good.
    synchronized void unreachable(DeliveryPermit passage, Cause trouble) {
        if (passage.isStale()) {
            return;
        }
        UpstreamHealth road = passage.health();
        Suspension before = road.suspension();
        if (block != null) {
            updateBlock(block.suspension().probeFailed(clock.instant()));
        } else if (before != null && !road.isRetrying()) {
            road.suspend(before.probeFailed(clock.instant()));
        } else {
            retryLater(road, RETRIES.delay(road.retries()), trouble);
        }
        notifyAll();
    }

    /// It was lost, or has failed, in the middle of a message. Once that may be the message's affair; when it goes
    /// on, the road is as good as one that cannot be reached.
    synchronized void transactionFailed(DeliveryPermit passage, Cause trouble) {
        if (passage.isStale()) {
            return;
        }
        UpstreamHealth road = passage.health();
        int inRow = road.countTransactionFailure();
        if (block != null || (!road.isOpen() && !road.isRetrying())) {
            reschedule(passage, closure -> closure.probeFailed(clock.instant()));
        } else if (!road.isOpen() || inRow >= MAX_TRANSACTION_FAILURES) {
            retryLater(road, RETRIES.messageDelay(Math.max(0, inRow - MAX_TRANSACTION_FAILURES)), trouble);
            notifyAll();
        }
    }

    private void retryLater(UpstreamHealth road, Duration delay, Cause trouble) {
        Suspension before = road.suspension();
        ProbeSchedule once = new ProbeSchedule(delay, delay);
        Instant now = clock.instant();
        Suspension closure =
                before == null ? Suspension.endedByCheck(trouble, once, now) : before.checkFailed(once, now);
        road.retryLater(closure);
        if (before == null) {
            events.upstreamUnreachable(road, closure, current());
        }
    }

    /// The connection was lost in the middle: the message's affair, unless this was a probe.
    synchronized void connectionLost(DeliveryPermit passage) {
        if (!passage.isStale() && isSuspended(passage)) {
            reschedule(passage, closure -> closure.probeFailed(clock.instant()));
        }
    }

    /// The upstream has put the message off, or let the relay sign in. Whether trouble that shows later is over,
    /// such as a quota's, is for the next probe to find out.
    synchronized void answered(DeliveryPermit passage) {
        if (passage.isStale()) {
            return;
        }
        UpstreamHealth road = passage.health();
        if (passage.carriesMail()) {
            road.answered();
        }
        if (!isSuspended(passage)) {
            return;
        }
        Suspension closure = block != null ? block.suspension() : road.suspension();
        if (block == null && closure != null && road.isRetrying()) {
            retryAnswered(passage, closure);
        } else if (closure != null && closure.cause().step().compareTo(Step.MAIL) >= 0) {
            reschedule(passage, same -> same.rescheduled(clock.instant()));
        } else {
            reopen(passage);
        }
    }

    private void retryAnswered(DeliveryPermit passage, Suspension closure) {
        boolean needsMessage = closure.cause().step().compareTo(Step.MAIL) >= 0 && !passage.carriesMail();
        if (needsMessage) {
            passage.health().continueRetrying(closure.probedByMessage(clock.instant()));
            notifyAll();
        } else {
            reopen(passage);
        }
    }

    /// The upstream has refused a message for good, and so has got as far as this step at least.
    synchronized void refused(DeliveryPermit passage, Step step) {
        Suspension closure =
                block != null ? block.suspension() : passage.health().suspension();
        if (closure == null || closure.cause().step().compareTo(step) <= 0) {
            accepted(passage);
        } else if (block == null && passage.health().isRetrying() && !passage.isStale()) {
            passage.health().continueRetrying(closure.probedByMessage(clock.instant()));
            notifyAll();
        } else {
            answered(passage);
        }
    }

    /// The upstream has taken a message.
    synchronized void accepted(DeliveryPermit passage) {
        if (!passage.isStale()) {
            passage.health().accepted();
            if (isSuspended(passage)) {
                reopen(passage);
            }
        }
    }

    private boolean isSuspended(DeliveryPermit passage) {
        return block != null || !passage.health().isOpen();
    }

    private void reopen(DeliveryPermit passage) {
        UpstreamHealth road = passage.health();
        Suspension before = road.suspension();
        if (before != null) {
            road.reopen();
        }
        boolean wasPaused = endBlock();
        if (before != null) {
            events.upstreamReopened(road, before, current(), clock.instant());
        }
        if (wasPaused) {
            events.mailboxUnblocked(current(), clock.instant());
        }
        notifyAll();
    }

    private void reschedule(DeliveryPermit passage, UnaryOperator<Suspension> renewal) {
        Suspension closed = passage.health().suspension();
        if (block != null) {
            updateBlock(renewal.apply(block.suspension()));
        } else if (closed != null && passage.health().isRetrying()) {
            retryLater(passage.health(), RETRIES.delay(passage.health().retries()), closed.cause());
        } else if (closed != null) {
            passage.health().suspend(renewal.apply(closed));
        }
        notifyAll();
    }

    private void block(UpstreamHealth road, Suspension closure) {
        setBlock(road, closure);
        events.mailboxBlocked(road, closure);
    }

    private void setBlock(UpstreamHealth road, Suspension closure) {
        block = new Block(closure, road, false);
        upstreams.forEach(UpstreamHealth::invalidatePermits);
        notifyAll();
    }

    private void updateBlock(Suspension closure) {
        if (block != null) {
            block = new Block(closure, block.upstream(), false);
            upstreams.forEach(UpstreamHealth::invalidatePermits);
        }
    }

    private boolean endBlock() {
        boolean wasPaused = block != null;
        block = null;
        if (wasPaused) {
            upstreams.forEach(UpstreamHealth::invalidatePermits);
        }
        return wasPaused;
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

    private boolean isProbeDue(Block paused, EndedBy end) {
        return paused.suspension().endedBy() == end
                && !paused.probing()
                && paused.suspension().isDue(clock.instant());
    }

    private DeliveryPermit probe(Block paused) {
        block = new Block(paused.suspension(), paused.upstream(), true);
        UpstreamHealth open =
                upstreams.stream().filter(UpstreamHealth::isOpen).findFirst().orElse(paused.upstream());
        return permit(open, Probe.MAILBOX, true);
    }

    private static DeliveryPermit permit(UpstreamHealth road, Probe probe, boolean carriesMail) {
        if (carriesMail) {
            road.acquire();
        }
        return new DeliveryPermit(road, road.generation(), probe, carriesMail);
    }

    private @Nullable UpstreamHealth current() {
        return block != null
                ? null
                : upstreams.stream().filter(UpstreamHealth::isOpen).findFirst().orElse(null);
    }

    /// @return the closed roads that would be taken instead, were they open
    private Stream<UpstreamHealth> candidates() {
        return block != null ? Stream.empty() : upstreams.stream().takeWhile(road -> !road.isOpen());
    }
}
