package org.o365relay.deliver;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.LaneStatus.State;
import org.o365relay.mail.EmailAddress;

/// Puts how a mailbox's roads are into words. Used by their [Roads], under its lock.
///
/// @param roads in the order of preference
record Standing(EmailAddress mailbox, List<Road> roads) {

    LaneStatus stopped(Instant since, String by) {
        Road road = roads.stream().filter(Road::isOpen).findFirst().orElse(roads.getFirst());
        return new LaneStatus(
                mailbox.toString(),
                State.STOPPED,
                since,
                road.name(),
                "",
                "stopped by " + by,
                "Let mail leave again with: o365-relay lanes resume " + mailbox,
                null,
                delivering());
    }

    /// Mail leaves.
    ///
    /// @param current by this road
    LaneStatus open(Road current) {
        Road wanted = roads.getFirst();
        Closure closure = wanted.closure();
        return closure == null
                ? new LaneStatus(mailbox.toString(), State.OPEN, null, current.name(), "", "", "", null, delivering())
                : of(State.DETOUR, current, closure, closure.since(), closure.until());
    }

    /// The whole mailbox is in trouble.
    ///
    /// @param road where it showed
    /// @param paused whether somebody has to do something about it
    LaneStatus closed(Road road, Closure closure, boolean paused) {
        return of(paused ? State.PAUSED : State.RESTING, road, closure, closure.since(), closure.until());
    }

    /// Every road is closed.
    ///
    /// @param paused whether somebody has to do something about it
    LaneStatus closed(boolean paused) {
        Road road =
                roads.stream().filter(closed -> !closed.isResting()).findFirst().orElse(roads.getFirst());
        Closure closure = road.closure();
        if (closure == null) {
            throw new IllegalStateException(road.name() + " is open");
        }
        Instant since =
                closures().map(Closure::since).max(Comparator.naturalOrder()).orElse(closure.since());
        Instant next =
                closures().map(Closure::until).min(Comparator.naturalOrder()).orElse(closure.until());
        return of(paused ? State.PAUSED : State.RESTING, road, closure, since, next);
    }

    private LaneStatus of(State state, Road road, Closure closure, Instant since, @Nullable Instant nextTry) {
        return new LaneStatus(
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

    private Stream<Closure> closures() {
        return roads.stream().flatMap(road -> Stream.ofNullable(road.closure()));
    }

    private int delivering() {
        return roads.stream().mapToInt(Road::inUse).sum();
    }
}
