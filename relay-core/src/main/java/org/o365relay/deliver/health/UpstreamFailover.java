package org.o365relay.deliver.health;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.HealthEvent.PermitReturned;
import org.o365relay.deliver.health.HealthEvent.PermitTaken;
import org.o365relay.deliver.health.HealthEvent.Resume;
import org.o365relay.deliver.health.HealthEvent.Retry;
import org.o365relay.deliver.health.HealthEvent.TimePassed;
import org.o365relay.deliver.upstream.Upstream;
import org.o365relay.journal.Event;
import org.o365relay.journal.Journal;
import org.o365relay.mail.EmailAddress;
import org.o365relay.time.SteadyClock;

/// Chooses the upstream of one mailbox, and blocks the mailbox while none can be used.
///
/// Holds the [MailboxHealth] and applies events to it with [HealthTransition]; writes the failovers, blocks and
/// outages that begin or end to the journal; and wakes the threads that wait until a delivery or check may
/// start.
public final class UpstreamFailover {

    private final List<Upstream> upstreams;
    private final List<FaultAttribution> attributions;
    private final Journal journal;
    private final SteadyClock clock;
    private MailboxHealth health;
    private boolean mailWaits = true; // messages may still wait because of a failure before the last start
    private boolean isEnded;
    private volatile @Nullable UpstreamFailover successor; // null until the upstreams are replaced

    /// @param upstreams upstreams in order of preference, the primary first; at least one
    /// @param probes schedule of probes for failures that do not specify a schedule
    public UpstreamFailover(
            EmailAddress mailbox, List<Upstream> upstreams, ProbeSchedule probes, Journal journal, SteadyClock clock) {
        this.upstreams = List.copyOf(upstreams);
        this.attributions = upstreams.stream().map(_ -> new FaultAttribution()).toList();
        this.journal = journal;
        this.clock = clock;
        this.health = MailboxHealth.open(
                mailbox,
                probes,
                IntStream.range(0, upstreams.size())
                        .mapToObj(i -> UpstreamHealth.open(
                                i, upstreams.get(i).name(), upstreams.get(i).connections()))
                        .toList());
    }

    /// Takes over the health of the mailbox, which uses these upstreams instead of the previous ones from now
    /// on. The results of attempts that are still in flight through the previous ones no longer matter. When
    /// these attempts end, the time of the next attempt for their message depends on the new upstreams.
    public void replace(UpstreamFailover previous) {
        MailboxHealth last = previous.endAndGetHealth();
        synchronized (this) {
            health = health.replacing(last);
            notifyAll();
        }
        previous.successor = this;
    }

    /// @return the failover that replaced this one, directly or not; this one if it was not replaced
    private UpstreamFailover latest() {
        UpstreamFailover next = successor;
        return next == null ? this : next.latest();
    }

    /// Writes nothing more to the journal, because the mailbox is no longer configured.
    public void end() {
        var _ = endAndGetHealth();
    }

    private synchronized MailboxHealth endAndGetHealth() {
        isEnded = true;
        return health;
    }

    /// Applies an event, and writes the changes that it causes to the journal.
    public synchronized void apply(HealthEvent event) {
        HealthTransition transition = HealthTransition.of(health, event, clock.instant());
        if (!transition.health().equals(health)) {
            health = transition.health();
            mailWaits |= health.current().isEmpty();
            if (!isEnded) {
                transition.journal().stream().map(this::onCalendar).forEach(journal::record);
            }
            notifyAll();
        }
    }

    /// @return the event; the time of the next probe or attempt, if it has one, is converted to the system
    ///     clock
    private Event onCalendar(Event event) {
        if (event instanceof Event.Blocked(var mailbox, var upstream, var judged, var nextProbe)) {
            return new Event.Blocked(mailbox, upstream, judged, clock.toCalendar(nextProbe));
        }
        return event instanceof Event.Unreachable(var mailbox, var upstream, var judged, var nextAttempt)
                ? new Event.Unreachable(mailbox, upstream, judged, clock.toCalendar(nextAttempt))
                : event;
    }

    /// Returns the current health, after ending a block that has reached its fixed end time.
    private MailboxHealth current() {
        apply(new TimePassed());
        return health;
    }

    /// @return a permit for one delivery; empty if none may start now
    public synchronized Optional<DeliveryPermit> acquire() {
        return takePermit(current().nextDelivery(clock.instant()));
    }

    /// @param unsuitable positions of upstreams that cannot accept the message
    /// @return a permit for one delivery by another upstream; empty if none may start now
    public synchronized Optional<DeliveryPermit> acquireOther(Set<Integer> unsuitable) {
        return takePermit(current().nextDelivery(unsuitable));
    }

    /// @return number of upstreams, whatever their state
    public int size() {
        return upstreams.size();
    }

    /// @return a permit for the check that is due; empty if no check is due
    public synchronized Optional<DeliveryPermit> acquireCheck() {
        return takePermit(health.nextCheck(clock.instant()));
    }

    private Optional<DeliveryPermit> takePermit(Optional<DeliveryPermit> permit) {
        permit.ifPresent(granted -> apply(new PermitTaken(granted)));
        return permit;
    }

    /// Releases a permit from [#acquire()] or [#acquireCheck()].
    public void release(DeliveryPermit permit) {
        apply(new PermitReturned(permit));
    }

    /// @return the upstream that the permit is for
    public Upstream upstream(DeliveryPermit permit) {
        return upstreams.get(permit.upstream());
    }

    /// @return the fault attribution for the permit's upstream
    public FaultAttribution attribution(DeliveryPermit permit) {
        return attributions.get(permit.upstream());
    }

    /// Ends an operator's pause, makes every probe due now, and ends the waits that upstreams have asked for
    /// (Retry-After).
    ///
    /// @param quotaFullUntil when the account's daily quota has room again; null if it has room now
    /// @return what is probed; empty if the mailbox is not blocked, no upstream that is preferred to the one in
    ///     use is suspended, and the one in use has not asked for a wait
    public synchronized List<RequestedProbe> resume(@Nullable Instant quotaFullUntil) {
        return probe(new Resume(quotaFullUntil == null), quotaFullUntil);
    }

    /// Makes every probe due now, whatever its schedule, and ends the waits that upstreams have asked for
    /// (Retry-After); after a failed probe the schedule applies again. The relay's own quota is never exceeded:
    /// a block because of the quota ends only if the quota has room.
    ///
    /// @param quotaFullUntil when the account's daily quota has room again; null if it has room now
    /// @return what is probed; empty if the mailbox is not blocked, no upstream that is preferred to the one in
    ///     use is suspended, and the one in use has not asked for a wait
    public synchronized List<RequestedProbe> retry(@Nullable Instant quotaFullUntil) {
        return probe(new Retry(quotaFullUntil == null), quotaFullUntil);
    }

    /// Makes every probe due now, like [#retry], but keeps the waits that upstreams have asked for.
    ///
    /// @param quotaFullUntil when the account's daily quota has room again; null if it has room now
    /// @return what is probed; empty if nothing is blocked or suspended
    public synchronized List<RequestedProbe> probe(@Nullable Instant quotaFullUntil) {
        List<RequestedProbe> probes = due(quotaFullUntil);
        apply(new Retry(quotaFullUntil == null));
        return probes;
    }

    private List<RequestedProbe> due(@Nullable Instant quotaFullUntil) {
        Instant shown = quotaFullUntil == null ? null : clock.toCalendar(quotaFullUntil);
        return RequestedProbe.of(current(), shown);
    }

    private List<RequestedProbe> probe(HealthEvent request, @Nullable Instant quotaFullUntil) {
        List<RequestedProbe> probes = new ArrayList<>(due(quotaFullUntil));
        for (int i = 0; i < upstreams.size(); i++) {
            boolean waited = upstreams.get(i).endRetryAfter();
            if (waited && isInUse(i)) {
                probes.add(RequestedProbe.afterWait(upstreams.get(i).name()));
            }
        }
        apply(request);
        return probes;
    }

    private boolean isInUse(int upstream) {
        return health.current().filter(used -> used.position() == upstream).isPresent();
    }

    /// @return the operator who requested the probe that is due and must send a message; empty if there is none
    public Optional<String> messageProbeRequestedBy() {
        UpstreamFailover latest = latest();
        synchronized (latest) {
            return latest.health.messageProbeRequestedBy(clock.instant());
        }
    }

    /// @return whether an upstream is open and the mailbox is not blocked; if not, only probes are made
    public synchronized boolean isOpen() {
        return health.current().isPresent();
    }

    /// Returns whether the mailbox has recovered: an upstream is open, and no upstream was open before, or this
    /// is the first call. Messages may be waiting for the time of a probe that is no longer necessary.
    ///
    /// @return true once after each recovery
    public synchronized boolean hasRecovered() {
        boolean recovered = mailWaits && health.current().isPresent();
        mailWaits &= !recovered;
        return recovered;
    }

    /// @return whether an operator has paused the mailbox
    public synchronized boolean isPaused() {
        return health.pause() != null;
    }

    /// @return whether the permit's upstream is no longer open and another one is in use
    public synchronized boolean hasFailedOverFrom(DeliveryPermit permit) {
        return !health.upstream(permit).isOpen() && health.current().isPresent();
    }

    /// @return whether the mailbox is paused or blocked, or its upstreams have been unreachable for a minute,
    ///     so that the pool's other mailboxes may send the messages of this one
    public boolean isOutOfService() {
        UpstreamFailover latest = latest();
        synchronized (latest) {
            return latest.health.isOutOfService(clock.instant());
        }
    }

    /// @return time until the next attempt or probe may be made; zero if an upstream is in use or a probe is
    ///     due. The end of a probe in flight is assumed to be 30 seconds away
    public Duration untilNextAttempt() {
        UpstreamFailover latest = latest();
        synchronized (latest) {
            return latest.current().untilNextAttempt(clock.instant());
        }
    }

    /// @return how many deliveries may start now: the free connections of the upstream in use or, if none is in
    ///     use, 1 if a probe that sends a message is due; 0 if the mailbox is paused
    public synchronized int freeSlots() {
        return current().freeSlots(clock.instant());
    }

    /// @return the state to show to operators
    public synchronized MailboxStatus status() {
        return new MailboxStatusView(current(), clock).status();
    }

    /// Waits until a delivery may start, but no longer than 30 seconds.
    public synchronized void awaitFreeSlot() throws InterruptedException {
        long deadline = System.nanoTime() + MailboxHealth.MAX_WAIT.toNanos();
        for (long left = MailboxHealth.MAX_WAIT.toMillis();
                freeSlots() == 0 && left > 0;
                left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(Math.max(
                    1, Math.min(left, health.untilMessageProbe(clock.instant()).toMillis())));
        }
    }

    /// Waits until a check is due.
    public synchronized void awaitCheck() throws InterruptedException {
        for (Duration left = untilCheck(); left.isPositive(); left = untilCheck()) {
            wait(Math.max(1, left.toMillis()));
        }
    }

    private Duration untilCheck() {
        return health.untilCheck(clock.instant());
    }
}
