package org.o365relay.deliver.health;

import java.util.Optional;

/// State of an upstream or of a blocked mailbox.
sealed interface HealthState {

    /// @return the cause for which no mail leaves, with the time of the next probe; empty if mail may leave
    default Optional<Suspension> failure() {
        return switch (this) {
            case Open _ -> Optional.empty();
            case Retrying(Suspension suspension) -> Optional.of(suspension);
            case Failed failed -> Optional.of(failed.suspension());
        };
    }

    /// State of one upstream.
    sealed interface UpstreamState extends HealthState {}

    /// A failure that has to be fixed, or that ends with time; probed until it is gone.
    sealed interface Failed extends HealthState {
        Suspension suspension();
    }

    /// Mail may leave.
    record Open() implements UpstreamState {}

    /// The upstream cannot be reached, fails temporarily before MAIL, or loses connections; retried within 30
    /// seconds, or by messages within 15 minutes.
    record Retrying(Suspension suspension) implements UpstreamState {}

    /// The upstream has a failure that concerns all mail sent to it.
    record Suspended(Suspension suspension) implements UpstreamState, Failed {}

    /// The mailbox has a failure of its own, whichever upstream is used.
    ///
    /// @param upstream position of the upstream where the failure was seen
    /// @param isProbing whether a probe is in flight
    /// @param isBrief whether the block is expected to end soon; if so, it is not reported
    record Blocked(Suspension suspension, int upstream, boolean isProbing, boolean isBrief) implements Failed {

        Blocked probing(boolean probing) {
            return new Blocked(suspension, upstream, probing, isBrief);
        }

        /// A copy with this suspension.
        Blocked with(Suspension next) {
            return new Blocked(next, upstream, isProbing, isBrief);
        }
    }
}
