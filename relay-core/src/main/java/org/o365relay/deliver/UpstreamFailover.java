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
import org.o365relay.deliver.Suspension.End;
import org.o365relay.deliver.Suspension.Trouble;
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

    private static final ProbeSchedule RESTS = new ProbeSchedule(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private static final int FALTERS = 3;
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration OUTAGE = Duration.ofMinutes(1);

    private final EmailAddress mailbox;
    private final List<UpstreamHealth> roads;
    private final ProbeSchedule probes;
    private final UpstreamEvents news;
    private final InstantSource clock;
    private @Nullable Pause pause;
    private @Nullable Stop stop;

    /// An operator said so.
    private record Stop(Instant since, String by) {}

    /// Of the whole mailbox.
    ///
    /// @param road where the trouble showed
    private record Pause(Suspension closure, UpstreamHealth road, boolean probing) {}

    /// @param upstreams at least one
    /// @param probes when closed roads are probed, unless the trouble asks for something else
    UpstreamFailover(
            EmailAddress mailbox,
            List<Upstream> upstreams,
            ProbeSchedule probes,
            Journal journal,
            InstantSource clock) {
        this.mailbox = mailbox;
        this.roads = IntStream.range(0, upstreams.size())
                .mapToObj(i -> new UpstreamHealth(upstreams.get(i), i))
                .toList();
        this.probes = probes;
        this.news = new UpstreamEvents(mailbox, journal, roads.getFirst());
        this.clock = clock;
    }

    /// @return whether messages may leave side by side; if not, one at a time may try once [#closedFor()] is
    ///     over
    synchronized boolean isOpen() {
        return current() != null;
    }

    /// @return whether this one is closed, and another is taken
    synchronized boolean haveLeft(UpstreamHealth road) {
        return !road.isOpen() && current() != null;
    }

    /// @return whether nothing leaves, and not for some seconds only: who shares the work may have it
    synchronized boolean isPaused() {
        Instant since = news.standsStillSince();
        return stop != null
                || news.isPaused()
                || (since != null && !since.plus(OUTAGE).isAfter(clock.instant()));
    }

    /// @return how long nothing can be tried; zero if something can
    synchronized Duration closedFor() {
        liftTimed();
        if (current() != null) {
            return Duration.ZERO;
        }
        return pause != null
                ? left(pause.closure(), pause.probing())
                : roads.stream()
                        .map(road -> left(road.closure(), road.isProbing()))
                        .min(Comparator.naturalOrder())
                        .orElse(LONG);
    }

    private Duration left(@Nullable Suspension closure, boolean probing) {
        return closure == null || probing ? LONG : closure.left(clock.instant());
    }

    /// @return how many messages may be begun now: as many as the road has connections left, or one to probe
    synchronized int room() {
        liftTimed();
        UpstreamHealth current = current();
        if (stop != null) {
            return 0;
        }
        if (current != null) {
            return current.room();
        }
        boolean byMessage = pause != null
                ? isWaiting(pause, End.MESSAGE)
                : roads.stream().anyMatch(road -> road.isWaitingFor(End.MESSAGE, clock.instant()) && !road.isFull());
        return byMessage ? 1 : 0;
    }

    /// Waits until a message may be begun, half a minute at most.
    synchronized void awaitRoom() throws InterruptedException {
        long deadline = System.nanoTime() + LONG.toNanos();
        for (long left = LONG.toMillis(); room() == 0 && left > 0; left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(Math.max(1, Math.min(left, untilMessage().toMillis())));
        }
    }

    private Duration untilMessage() {
        if (stop != null) {
            return LONG;
        }
        Stream<Suspension> closed = pause != null
                ? Stream.of(pause.closure()).filter(_ -> !pause.probing())
                : candidates().filter(road -> !road.isProbing()).flatMap(road -> Stream.ofNullable(road.closure()));
        return closed.filter(closure -> closure.end() != End.CHECK)
                .map(closure -> closure.left(clock.instant()))
                .min(Comparator.naturalOrder())
                .orElse(LONG);
    }

    /// Waits until a check is due.
    synchronized void awaitCheck() throws InterruptedException {
        for (Duration left = untilCheck(); left.isPositive(); left = untilCheck()) {
            wait(Math.max(1, left.toMillis()));
        }
    }

    private Duration untilCheck() {
        Stream<Suspension> paused = pause == null || pause.probing() ? Stream.empty() : Stream.of(pause.closure());
        Stream<Suspension> closed =
                candidates().filter(road -> !road.isProbing()).flatMap(road -> Stream.ofNullable(road.closure()));
        return Stream.concat(paused, closed)
                .filter(closure -> closure.end() == End.CHECK)
                .map(closure -> closure.left(clock.instant()))
                .min(Comparator.naturalOrder())
                .orElse(LONG);
    }

    /// @return leave to try one message; empty if none may be tried now
    synchronized Optional<DeliveryPermit> enter() {
        liftTimed();
        if (stop != null) {
            return Optional.empty();
        }
        if (pause != null) {
            return isWaiting(pause, End.MESSAGE) ? Optional.of(probe(pause)) : Optional.empty();
        }
        Optional<UpstreamHealth> probed = candidates()
                .filter(road -> road.isWaitingFor(End.MESSAGE, clock.instant()) && !road.isFull())
                .findFirst();
        UpstreamHealth road = probed.orElseGet(this::current);
        if (road == null || road.isFull()) {
            return Optional.empty();
        }
        probed.ifPresent(closed -> closed.probing(true));
        return Optional.of(passage(road, probed.isPresent() ? Probe.ROAD : Probe.NONE, true));
    }

    /// @return leave to make the check that is due; empty if none is
    synchronized Optional<DeliveryPermit> enterCheck() {
        if (pause != null && isWaiting(pause, End.CHECK)) {
            pause = new Pause(pause.closure(), pause.road(), true);
            return Optional.of(passage(pause.road(), Probe.MAILBOX, false));
        }
        Optional<UpstreamHealth> due = candidates()
                .filter(road -> road.isWaitingFor(End.CHECK, clock.instant()))
                .findFirst();
        due.ifPresent(road -> road.probing(true));
        return due.map(road -> passage(road, Probe.ROAD, false));
    }

    /// Ends what [#enter()] or [#enterCheck()] began.
    synchronized void leave(DeliveryPermit passage) {
        if (passage.carriesMail()) {
            passage.road().leave();
        }
        switch (passage.probe()) {
            case NONE -> {}
            case ROAD -> passage.road().probing(false);
            case MAILBOX -> pause = pause == null ? null : new Pause(pause.closure(), pause.road(), false);
        }
        notifyAll();
    }

    /// @return whether an operator lets nothing leave
    synchronized boolean isStopped() {
        return stop != null;
    }

    /// Nothing more is tried until [#resume()].
    synchronized void stop(Instant since, String by) {
        stop = new Stop(since, by);
        notifyAll();
    }

    /// Ends a stop, and has everything that is closed probed at once.
    ///
    /// @return false if there was nothing to resume
    synchronized boolean resume() {
        Instant now = clock.instant();
        boolean any = stop != null || pause != null;
        stop = null;
        if (pause != null) {
            pause = new Pause(pause.closure().soon(now), pause.road(), pause.probing());
        }
        for (UpstreamHealth road : roads) {
            any |= !road.isOpen();
            road.hurry(now);
        }
        notifyAll();
        return any;
    }

    /// @return how they are, for the operator
    synchronized MailboxStatus status() {
        liftTimed();
        MailboxStatusView standing = new MailboxStatusView(mailbox, roads);
        if (stop != null) {
            return standing.stopped(stop.since(), stop.by());
        }
        if (pause != null) {
            return standing.closed(pause.road(), pause.closure(), news.isPaused());
        }
        UpstreamHealth current = current();
        return current == null ? standing.closed(news.isPaused()) : standing.open(current);
    }

    /// Trouble of the mailbox itself.
    ///
    /// @param schedule when it is probed; null for the usual times
    synchronized void pause(DeliveryPermit passage, Trouble trouble, @Nullable ProbeSchedule schedule) {
        if (!passage.isStale()) {
            ProbeSchedule times = schedule == null ? probes : schedule;
            Suspension closure = pause == null
                    ? Suspension.of(trouble, times, clock.instant())
                    : pause.closure().again(trouble, times, clock.instant());
            pause(passage.road(), closure);
        }
    }

    /// Nothing leaves before this time, which is too soon to tell anybody.
    synchronized void rest(DeliveryPermit passage, Instant until, Trouble trouble) {
        if (!passage.isStale()) {
            if (pause == null) {
                set(passage.road(), untilThen(until, trouble));
            } else {
                renew(pause.closure().later(clock.instant()));
            }
        }
    }

    /// Nothing leaves before this time.
    synchronized void pauseUntil(DeliveryPermit passage, Instant until, Trouble trouble) {
        if (!passage.isStale()) {
            pause(passage.road(), untilThen(until, trouble));
        }
    }

    private Suspension untilThen(Instant until, Trouble trouble) {
        Instant now = clock.instant();
        Duration delay = Duration.between(now, until);
        return Suspension.of(trouble, End.TIME, new ProbeSchedule(delay, delay), now);
    }

    /// Trouble of the road.
    ///
    /// @param schedule when it is probed; null for the usual times
    synchronized void close(DeliveryPermit passage, Trouble trouble, @Nullable ProbeSchedule schedule) {
        if (passage.isStale()) {
            return;
        }
        UpstreamHealth road = passage.road();
        Suspension before = road.closure();
        ProbeSchedule times = schedule == null ? probes : schedule;
        Suspension closure = before == null || road.isResting()
                ? Suspension.of(trouble, times, clock.instant())
                : before.again(trouble, times, clock.instant());
        boolean wasPaused = endPause();
        road.close(closure);
        news.roadClosed(road, closure, current());
        if (wasPaused) {
            news.mailboxResumed(current(), clock.instant());
        }
        notifyAll();
    }

    /// It came to nothing before MAIL, and that is nobody's fault for good.
    synchronized void unreachable(DeliveryPermit passage, Trouble trouble) {
        if (passage.isStale()) {
            return;
        }
        UpstreamHealth road = passage.road();
        Suspension before = road.closure();
        if (pause != null) {
            renew(pause.closure().again(clock.instant()));
        } else if (before != null && !road.isResting()) {
            road.close(before.again(clock.instant()));
        } else {
            rest(road, RESTS.delay(road.rests()), trouble);
        }
        notifyAll();
    }

    /// It was lost, or has failed, in the middle of a message. Once that may be the message's affair; when it goes
    /// on, the road is as good as one that cannot be reached.
    synchronized void faltered(DeliveryPermit passage, Trouble trouble) {
        if (passage.isStale()) {
            return;
        }
        UpstreamHealth road = passage.road();
        int inRow = road.falter();
        if (pause != null || (!road.isOpen() && !road.isResting())) {
            again(passage, closure -> closure.again(clock.instant()));
        } else if (!road.isOpen() || inRow >= FALTERS) {
            rest(road, RESTS.delayWithMail(Math.max(0, inRow - FALTERS)), trouble);
            notifyAll();
        }
    }

    private void rest(UpstreamHealth road, Duration delay, Trouble trouble) {
        Suspension before = road.closure();
        ProbeSchedule once = new ProbeSchedule(delay, delay);
        Instant now = clock.instant();
        Suspension closure = before == null ? Suspension.ofCheck(trouble, once, now) : before.checkAgain(once, now);
        road.rest(closure);
        if (before == null) {
            news.roadRests(road, closure, current());
        }
    }

    /// The connection was lost in the middle: the message's affair, unless this was a probe.
    synchronized void lost(DeliveryPermit passage) {
        if (!passage.isStale() && isClosed(passage)) {
            again(passage, closure -> closure.again(clock.instant()));
        }
    }

    /// The upstream has put the message off, or let the relay sign in. Whether trouble that shows later is over,
    /// such as a quota's, is for the next probe to find out.
    synchronized void heard(DeliveryPermit passage) {
        if (passage.isStale()) {
            return;
        }
        UpstreamHealth road = passage.road();
        if (passage.carriesMail()) {
            road.answered();
        }
        if (!isClosed(passage)) {
            return;
        }
        Suspension closure = pause != null ? pause.closure() : road.closure();
        if (pause == null && closure != null && road.isResting()) {
            signedInOrAnswered(passage, closure);
        } else if (closure != null && closure.trouble().step().compareTo(Step.MAIL) >= 0) {
            again(passage, same -> same.later(clock.instant()));
        } else {
            open(passage);
        }
    }

    private void signedInOrAnswered(DeliveryPermit passage, Suspension closure) {
        boolean needsMessage = closure.trouble().step().compareTo(Step.MAIL) >= 0 && !passage.carriesMail();
        if (needsMessage) {
            passage.road().restOn(closure.thenMessage(clock.instant()));
            notifyAll();
        } else {
            open(passage);
        }
    }

    /// The upstream has refused a message for good, and so has got as far as this step at least.
    synchronized void refused(DeliveryPermit passage, Step step) {
        Suspension closure = pause != null ? pause.closure() : passage.road().closure();
        if (closure == null || closure.trouble().step().compareTo(step) <= 0) {
            served(passage);
        } else if (pause == null && passage.road().isResting() && !passage.isStale()) {
            passage.road().restOn(closure.thenMessage(clock.instant()));
            notifyAll();
        } else {
            heard(passage);
        }
    }

    /// The upstream has taken a message.
    synchronized void served(DeliveryPermit passage) {
        if (!passage.isStale()) {
            passage.road().served();
            if (isClosed(passage)) {
                open(passage);
            }
        }
    }

    private boolean isClosed(DeliveryPermit passage) {
        return pause != null || !passage.road().isOpen();
    }

    private void open(DeliveryPermit passage) {
        UpstreamHealth road = passage.road();
        Suspension before = road.closure();
        if (before != null) {
            road.open();
        }
        boolean wasPaused = endPause();
        if (before != null) {
            news.roadOpened(road, before, current(), clock.instant());
        }
        if (wasPaused) {
            news.mailboxResumed(current(), clock.instant());
        }
        notifyAll();
    }

    private void again(DeliveryPermit passage, UnaryOperator<Suspension> renewal) {
        Suspension closed = passage.road().closure();
        if (pause != null) {
            renew(renewal.apply(pause.closure()));
        } else if (closed != null && passage.road().isResting()) {
            rest(passage.road(), RESTS.delay(passage.road().rests()), closed.trouble());
        } else if (closed != null) {
            passage.road().close(renewal.apply(closed));
        }
        notifyAll();
    }

    private void pause(UpstreamHealth road, Suspension closure) {
        set(road, closure);
        news.mailboxPaused(road, closure);
    }

    private void set(UpstreamHealth road, Suspension closure) {
        pause = new Pause(closure, road, false);
        roads.forEach(UpstreamHealth::change);
        notifyAll();
    }

    private void renew(Suspension closure) {
        if (pause != null) {
            pause = new Pause(closure, pause.road(), false);
            roads.forEach(UpstreamHealth::change);
        }
    }

    private boolean endPause() {
        boolean wasPaused = pause != null;
        pause = null;
        if (wasPaused) {
            roads.forEach(UpstreamHealth::change);
        }
        return wasPaused;
    }

    private void liftTimed() {
        if (pause != null
                && pause.closure().end() == End.TIME
                && pause.closure().isDue(clock.instant())) {
            endPause();
            news.mailboxResumed(current(), clock.instant());
            notifyAll();
        }
    }

    private boolean isWaiting(Pause paused, End end) {
        return paused.closure().end() == end
                && !paused.probing()
                && paused.closure().isDue(clock.instant());
    }

    private DeliveryPermit probe(Pause paused) {
        pause = new Pause(paused.closure(), paused.road(), true);
        UpstreamHealth open =
                roads.stream().filter(UpstreamHealth::isOpen).findFirst().orElse(paused.road());
        return passage(open, Probe.MAILBOX, true);
    }

    private static DeliveryPermit passage(UpstreamHealth road, Probe probe, boolean carriesMail) {
        if (carriesMail) {
            road.enter();
        }
        return new DeliveryPermit(road, road.changes(), probe, carriesMail);
    }

    private @Nullable UpstreamHealth current() {
        return pause != null
                ? null
                : roads.stream().filter(UpstreamHealth::isOpen).findFirst().orElse(null);
    }

    /// @return the closed roads that would be taken instead, were they open
    private Stream<UpstreamHealth> candidates() {
        return pause != null ? Stream.empty() : roads.stream().takeWhile(road -> !road.isOpen());
    }
}
