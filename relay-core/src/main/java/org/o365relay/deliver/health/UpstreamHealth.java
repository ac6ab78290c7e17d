package org.o365relay.deliver.health;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.Suspension.EndedBy;
import org.o365relay.deliver.upstream.Upstream;

/// One upstream of a mailbox: whether it is suspended, and its connections in use. Guarded by its
/// [UpstreamFailover].
public final class UpstreamHealth {

    private final Upstream upstream;
    private final int position;
    private final FaultAttribution attribution = new FaultAttribution();
    private @Nullable Suspension suspension;
    private boolean retrying;
    private int retries;
    private int transactionFailures;
    private int inUse;
    private int generation;
    private boolean probing;

    /// @param position in the order of preference, from 0
    UpstreamHealth(Upstream upstream, int position) {
        this.upstream = upstream;
        this.position = position;
    }

    Upstream upstream() {
        return upstream;
    }

    public String name() {
        return upstream.name();
    }

    public FaultAttribution attribution() {
        return attribution;
    }

    boolean isPreferredTo(UpstreamHealth other) {
        return position < other.position;
    }

    boolean isOpen() {
        return suspension == null;
    }

    @Nullable
    Suspension suspension() {
        return suspension;
    }

    /// @return whether it is suspended only because it could not be reached
    boolean isRetrying() {
        return retrying;
    }

    /// @return number of retries since the last accepted message
    int retries() {
        return retries;
    }

    void suspend(Suspension next) {
        suspension = next;
        retrying = false;
        invalidatePermits();
    }

    void retryLater(Suspension next) {
        suspension = next;
        retrying = true;
        retries++;
        invalidatePermits();
    }

    void reopen() {
        suspension = null;
        retrying = false;
        invalidatePermits();
    }

    void accepted() {
        retries = 0;
        transactionFailures = 0;
    }

    /// Records that the upstream replied to a message.
    void answered() {
        transactionFailures = 0;
    }

    /// @return transaction failures in a row, this one included
    int countTransactionFailure() {
        return ++transactionFailures;
    }

    /// Replaces the suspension of an upstream that is being retried, without counting another retry.
    void continueRetrying(Suspension next) {
        suspension = next;
        invalidatePermits();
    }

    /// Makes the next probe due now.
    void probeNow(Instant now) {
        suspension = suspension == null ? null : suspension.dueNow(now);
    }

    /// Invalidates the permits of attempts in flight, so that their results are ignored.
    void invalidatePermits() {
        generation++;
    }

    int generation() {
        return generation;
    }

    boolean isProbeDue(EndedBy end, Instant now) {
        return suspension != null && suspension.endedBy() == end && !probing && suspension.isDue(now);
    }

    boolean isFull() {
        return inUse >= upstream.connections();
    }

    int freeConnections() {
        return Math.max(0, upstream.connections() - inUse);
    }

    /// @return deliveries in flight
    int inUse() {
        return inUse;
    }

    boolean isProbing() {
        return probing;
    }

    void probing(boolean isProbing) {
        probing = isProbing;
    }

    void acquire() {
        inUse++;
    }

    void release() {
        inUse--;
    }
}
