package org.o365relay.deliver.health;

/// Permits one delivery, or one check, on an upstream.
///
/// @param upstream position of the upstream, from 0 (the primary)
/// @param generation generation of the upstream's state when the permit was granted; results with an older one
///     are ignored
/// @param probe what the delivery or check probes
/// @param carriesMail whether it is a delivery, which uses one of the upstream's connections
public record DeliveryPermit(int upstream, int generation, Probe probe, boolean carriesMail) {

    /// What an attempt probes.
    enum Probe {
        NONE,
        UPSTREAM,
        MAILBOX
    }
}
