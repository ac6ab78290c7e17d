package org.o365relay.deliver.health;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.HealthState.Open;
import org.o365relay.deliver.health.HealthState.Retrying;
import org.o365relay.deliver.health.HealthState.Suspended;
import org.o365relay.deliver.health.HealthState.UpstreamState;

/// The health of one upstream of a mailbox.
///
/// @param position position in the order of preference, from 0 (the primary)
/// @param connections maximum number of deliveries in flight
/// @param retries number of retries since the upstream last accepted or permanently refused a message
/// @param transactionFailures number of consecutive transaction failures
record UpstreamHealth(
        int position,
        String name,
        int connections,
        UpstreamState state,
        int retries,
        int transactionFailures,
        Permits permits) {

    /// Delivery permits that are in use.
    ///
    /// @param deliveries number of deliveries in flight
    /// @param probe permit of the probe of the upstream that is in flight; null if there is none. It is in
    ///     flight until its result is known, even if it still uses a connection
    /// @param generation number that increases when the state of the upstream or the block of the mailbox
    ///     changes; results of permits with an older number are ignored
    record Permits(int deliveries, @Nullable DeliveryPermit probe, int generation) {}

    /// An open upstream.
    static UpstreamHealth open(int position, String name, int connections) {
        return new UpstreamHealth(position, name, connections, new Open(), 0, 0, new Permits(0, null, 0));
    }

    /// Returns a copy with the state of an upstream that this one replaces.
    UpstreamHealth replacing(UpstreamHealth previous) {
        return with(previous.state()).withFailures(previous.retries(), previous.transactionFailures());
    }

    boolean isOpen() {
        return state instanceof Open;
    }

    boolean isFull() {
        return freeConnections() == 0;
    }

    int freeConnections() {
        return Math.max(0, connections - permits.deliveries());
    }

    /// Returns a copy in the given state. The copy ignores the results of attempts that are in flight.
    UpstreamHealth to(UpstreamState next) {
        return with(next).invalidatingPermits();
    }

    /// Returns a copy with the next probe due now. An open upstream is returned unchanged.
    UpstreamHealth dueNow(Instant now) {
        return switch (state) {
            case Open _ -> this;
            case Retrying(Suspension suspension) -> with(new Retrying(suspension.dueNow(now)));
            case Suspended(Suspension suspension) -> with(new Suspended(suspension.dueNow(now)));
        };
    }

    private UpstreamHealth with(UpstreamState next) {
        return new UpstreamHealth(position, name, connections, next, retries, transactionFailures, permits);
    }

    UpstreamHealth withFailures(int nextRetries, int nextTransactionFailures) {
        return new UpstreamHealth(position, name, connections, state, nextRetries, nextTransactionFailures, permits);
    }

    UpstreamHealth withProbe(@Nullable DeliveryPermit probe) {
        return with(new Permits(permits.deliveries(), probe, permits.generation()));
    }

    UpstreamHealth invalidatingPermits() {
        return with(new Permits(permits.deliveries(), permits.probe(), permits.generation() + 1));
    }

    UpstreamHealth with(Permits next) {
        return new UpstreamHealth(position, name, connections, state, retries, transactionFailures, next);
    }
}
