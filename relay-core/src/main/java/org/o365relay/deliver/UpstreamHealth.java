package org.o365relay.deliver;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.Suspension.End;

/// One way out of a mailbox, and whether it is open. Guarded by its [UpstreamFailover].
final class UpstreamHealth {

    private final Upstream upstream;
    private final int position;
    private final FaultAttribution chances = new FaultAttribution();
    private @Nullable Suspension closure;
    private boolean resting;
    private int rests;
    private int faltered;
    private int inUse;
    private int changes;
    private boolean probing;

    /// @param position in the order of preference, from 0
    UpstreamHealth(Upstream upstream, int position) {
        this.upstream = upstream;
        this.position = position;
    }

    Upstream upstream() {
        return upstream;
    }

    String name() {
        return upstream.name();
    }

    FaultAttribution chances() {
        return chances;
    }

    boolean isBetterThan(UpstreamHealth other) {
        return position < other.position;
    }

    boolean isOpen() {
        return closure == null;
    }

    @Nullable
    Suspension closure() {
        return closure;
    }

    /// @return whether it is closed only because it could not be reached
    boolean isResting() {
        return resting;
    }

    /// @return how often it has rested since a message was taken
    int rests() {
        return rests;
    }

    void close(Suspension next) {
        closure = next;
        resting = false;
        change();
    }

    void rest(Suspension next) {
        closure = next;
        resting = true;
        rests++;
        change();
    }

    void open() {
        closure = null;
        resting = false;
        change();
    }

    void served() {
        rests = 0;
        faltered = 0;
    }

    /// It has answered to a message.
    void answered() {
        faltered = 0;
    }

    /// @return how often in a row messages were lost on it, this one included
    int falter() {
        return ++faltered;
    }

    /// It goes on resting until something else ends it.
    void restOn(Suspension next) {
        closure = next;
        change();
    }

    /// The next probe is due now.
    void hurry(Instant now) {
        closure = closure == null ? null : closure.soon(now);
    }

    /// What is under way has no say any more.
    void change() {
        changes++;
    }

    int changes() {
        return changes;
    }

    boolean isWaitingFor(End end, Instant now) {
        return closure != null && closure.end() == end && !probing && closure.isDue(now);
    }

    boolean isFull() {
        return inUse >= upstream.connections();
    }

    int room() {
        return Math.max(0, upstream.connections() - inUse);
    }

    /// @return how many messages are on it
    int inUse() {
        return inUse;
    }

    boolean isProbing() {
        return probing;
    }

    void probing(boolean now) {
        probing = now;
    }

    void enter() {
        inUse++;
    }

    void leave() {
        inUse--;
    }
}
