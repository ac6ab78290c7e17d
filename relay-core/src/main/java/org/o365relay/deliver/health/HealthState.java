package org.o365relay.deliver.health;

import java.util.Optional;

/// State of an upstream, or of a blocked mailbox.
sealed interface HealthState {

    /// @return why no mail leaves, and when the next probe is due; empty if mail may leave
    Optional<Suspension> failure();

    /// State of one upstream.
    sealed interface UpstreamState extends HealthState {}

    /// A failure that has to be fixed or waited for; probed until it is gone.
    sealed interface Failed extends HealthState {
        Suspension suspension();

        @Override
        default Optional<Suspension> failure() {
            return Optional.of(suspension());
        }
    }

    /// Mail may leave.
    record Open() implements UpstreamState {
        @Override
        public Optional<Suspension> failure() {
            return Optional.empty();
        }
    }

    /// The upstream cannot be reached, loses connections or asks the relay to wait; retried within seconds.
    record Retrying(Suspension suspension) implements UpstreamState {
        @Override
        public Optional<Suspension> failure() {
            return Optional.of(suspension);
        }
    }

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
