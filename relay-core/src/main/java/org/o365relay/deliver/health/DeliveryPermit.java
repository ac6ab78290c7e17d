package org.o365relay.deliver.health;

/// Permits one delivery or one check on an upstream.
///
/// @param upstream position of the upstream, from 0 (the primary)
/// @param generation generation of the upstream's state when the permit was granted; the result is ignored if
///     the state of the upstream or the block of the mailbox has changed since then
/// @param probe what the delivery or check probes
/// @param carriesMail whether the permit is for a delivery, which uses one of the upstream's connections; false
///     for a check
public record DeliveryPermit(int upstream, int generation, Probe probe, boolean carriesMail) {

    /// What a delivery or check probes.
    enum Probe {
        NONE,
        UPSTREAM,
        MAILBOX
    }
}
