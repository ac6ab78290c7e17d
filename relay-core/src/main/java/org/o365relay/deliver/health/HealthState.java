package org.o365relay.deliver.health;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.deliver.health.Suspension.EndedBy;

/// State of an upstream or of a blocked mailbox.
sealed interface HealthState {

    /// @return why no mail can be sent and when the next probe is due; empty if mail can be sent
    default Optional<Suspension> failure() {
        return switch (this) {
            case Open _ -> Optional.empty();
            case Retrying(Suspension suspension) -> Optional.of(suspension);
            case Failed failed -> Optional.of(failed.suspension());
        };
    }

    /// State of one upstream.
    sealed interface UpstreamState extends HealthState {}

    /// A state with a failure that must be fixed, or that ends at a known time.
    sealed interface Failed extends HealthState {
        Suspension suspension();
    }

    /// Mail can be sent.
    record Open() implements UpstreamState {}

    /// The upstream cannot be reached, fails temporarily before MAIL, or has repeated transaction failures.
    /// Retried by signing in, with delays of 1 to 30 seconds, or up to 15 minutes after many transaction
    /// failures. If the failure occurred at MAIL or later, a message is then sent as the next probe.
    record Retrying(Suspension suspension) implements UpstreamState {}

    /// The upstream has a failure that concerns all mail sent to it.
    record Suspended(Suspension suspension) implements UpstreamState, Failed {}

    /// The mailbox itself has a failure, whichever upstream is used.
    ///
    /// @param upstream position of the upstream where the failure was seen
    /// @param probe permit of the probe that is in flight; null if there is none
    /// @param isBrief whether the block is expected to end soon; if so, it is not reported
    record Blocked(
            Suspension suspension, int upstream, @Nullable DeliveryPermit probe, boolean isBrief) implements Failed {

        /// @return whether an operator's request ends the block without a probe: the block was caused by the
        ///     relay's own daily quota, which is no longer used up
        boolean endsAtOnce(boolean quotaHasRoom) {
            return suspension.endedBy() == EndedBy.TIME && quotaHasRoom;
        }

        Blocked withProbe(@Nullable DeliveryPermit next) {
            return new Blocked(suspension, upstream, next, isBrief);
        }

        /// A copy with this suspension.
        Blocked with(Suspension next) {
            return new Blocked(next, upstream, probe, isBrief);
        }
    }
}
