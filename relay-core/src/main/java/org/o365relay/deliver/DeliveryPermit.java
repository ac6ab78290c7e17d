package org.o365relay.deliver;

/// Permits one delivery, or one check, on an upstream.
///
/// @param generation of the upstream's state when the permit was given; results of an older one are ignored
/// @param probe what it probes
/// @param carriesMail whether it uses one of the upstream's connections
record DeliveryPermit(UpstreamHealth health, int generation, Probe probe, boolean carriesMail) {

    /// What an attempt probes.
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
