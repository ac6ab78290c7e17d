package org.o365relay.deliver;

/// The leave to try one message, or a check, on a road.
///
/// @param mark a road that has changed since does not hear what came of it
/// @param probe what it shows to be over, or not
/// @param carriesMail whether it takes one of the road's connections
record DeliveryPermit(UpstreamHealth road, int mark, Probe probe, boolean carriesMail) {

    /// Whose trouble it probes.
    enum Probe {
        NONE,
        ROAD,
        MAILBOX
    }

    Upstream upstream() {
        return road.upstream();
    }

    boolean isStale() {
        return mark != road.changes();
    }
}
