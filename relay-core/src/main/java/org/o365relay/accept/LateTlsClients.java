package org.o365relay.accept;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;

/// Addresses of clients that began the TLS handshake after the plain-text greeting; their next greeting is
/// delayed longer. An address is removed when its client sends plain text, and is ignored after [#RETENTION].
/// Holds at most [#MAX_ADDRESSES] addresses. Thread-safe.
final class LateTlsClients {

    /// Time after the last TLS handshake of an address during which its greeting is delayed longer.
    static final Duration RETENTION = Duration.ofDays(1);

    /// Maximum number of addresses; when it is exceeded, the least recently seen address is removed.
    static final int MAX_ADDRESSES = 1_000;

    private final InstantSource clock;
    private final LinkedHashMap<InetAddress, Instant> lastSeen = new LinkedHashMap<>();

    LateTlsClients(InstantSource clock) {
        this.clock = clock;
    }

    /// @return whether the greeting to this address must be delayed longer than configured
    synchronized boolean needsLongerDelay(InetAddress address) {
        Instant seen = lastSeen.get(address);
        return seen != null && seen.plus(RETENTION).isAfter(clock.instant());
    }

    synchronized void recordLateHandshake(InetAddress address) {
        lastSeen.putLast(address, clock.instant());
        if (lastSeen.size() > MAX_ADDRESSES) {
            lastSeen.pollFirstEntry();
        }
    }

    /// Records a handshake before the greeting. Keeps a known address: the handshake may have come in time only
    /// because of the longer delay.
    synchronized void recordTimelyHandshake(InetAddress address) {
        if (lastSeen.containsKey(address)) {
            lastSeen.putLast(address, clock.instant());
        }
    }

    synchronized void recordPlainText(InetAddress address) {
        lastSeen.remove(address);
    }
}
