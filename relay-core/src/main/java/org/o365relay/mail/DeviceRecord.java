package org.o365relay.mail;

import java.net.InetAddress;
import java.time.Instant;
import java.util.Map;

/// What is remembered of one client address.
///
/// @param helo the name it gave last; empty if it never did
/// @param messages accepted
/// @param octets of accepted messages
/// @param refusals commands, messages and connections that were turned away
/// @param deviations how often each was seen; only those that were
public record DeviceRecord(
        InetAddress address,
        String helo,
        Instant firstSeen,
        Instant lastSeen,
        long messages,
        long octets,
        long refusals,
        Map<Deviation, Long> deviations) {

    public DeviceRecord {
        deviations = Map.copyOf(deviations);
    }
}
