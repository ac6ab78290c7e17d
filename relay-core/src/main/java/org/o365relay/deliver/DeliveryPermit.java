package org.o365relay.deliver;

/// The leave to try one message, or a check, on a road.
///
/// @param generation a road that has changed since does not hear what came of it
/// @param probe what it shows to be over, or not
/// @param carriesMail whether it takes one of the road's connections
record DeliveryPermit(UpstreamHealth health, int generation, Probe probe, boolean carriesMail) {

    /// Whose trouble it probes.
    enum Probe {
        NONE,
        UPSTREAM,
        MAILBOX
    }

    Upstream upstream() {
        return health.upstream();
    }

    boolean isStale() {
        return generation != health.generation();
    }
}
