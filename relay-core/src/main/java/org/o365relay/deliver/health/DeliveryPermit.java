package org.o365relay.deliver.health;

import org.o365relay.deliver.upstream.Upstream;

/// Permits one delivery, or one check, on an upstream.
///
/// @param generation generation of the upstream's state when the permit was granted; results with an older one
///     are ignored
/// @param probe what the delivery or check probes
/// @param carriesMail whether it is a delivery, which uses one of the upstream's connections
public record DeliveryPermit(UpstreamHealth health, int generation, Probe probe, boolean carriesMail) {

    /// What an attempt probes.
    public enum Probe {
        NONE,
        UPSTREAM,
        MAILBOX
    }

    public Upstream upstream() {
        return health.upstream();
    }

    boolean isStale() {
        return generation != health.generation();
    }
}
