package org.o365relay.deliver.health;

import java.util.Optional;

/// State of an upstream, or of a blocked mailbox.
sealed interface HealthState {

    /// @return why no mail leaves, and when the next probe is due; empty if mail may leave
    default Optional<Suspension> failure() {
        return switch (this) {
            case Open _ -> Optional.empty();
            case Retrying(Suspension suspension) -> Optional.of(suspension);
            case Failed failed -> Optional.of(failed.suspension());
        };
    }

    /// State of one upstream.
    sealed interface UpstreamState extends HealthState {}

    /// A failure that has to be fixed or waited for; probed until it is gone.
    sealed interface Failed extends HealthState {
        Suspension suspension();
    }

    /// Mail may leave.
    record Open() implements UpstreamState {}

    /// The upstream cannot be reached, loses connections or asks the relay to wait; retried within seconds.
    record Retrying(Suspension suspension) implements UpstreamState {}

    /// The upstream has a failure that concerns all mail sent to it.
    record Suspended(Suspension suspension) implements UpstreamState, Failed {}

    /// The mailbox has a failure of its own, whichever upstream is used.
    ///
    /// @param upstream position of the upstream where the failure was seen
    /// @param isProbing whether a probe is in flight
    /// @param isBrief whether the block is expected to end soon and therefore not reported
    record Blocked(Suspension suspension, int upstream, boolean isProbing, boolean isBrief) implements Failed {

        Blocked probing(boolean probing) {
            return new Blocked(suspension, upstream, probing, isBrief);
        }

        /// A copy with another suspension.
        Blocked with(Suspension next) {
            return new Blocked(next, upstream, isProbing, isBrief);
        }
    }
}
