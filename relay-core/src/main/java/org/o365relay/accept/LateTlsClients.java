package org.o365relay.accept;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;

/// Client addresses whose TLS handshake came after the plain-text greeting; the next greeting to them waits
/// longer. An address is removed when it sends plain text, or after [#RETENTION]. Bounded. Thread-safe.
final class LateTlsClients {

    /// How long an address is kept after its last TLS handshake.
    static final Duration RETENTION = Duration.ofDays(1);

    /// Maximum number of addresses; above it, the least recently seen address is removed.
    static final int MAX_ADDRESSES = 1_000;

    private final InstantSource clock;
    private final LinkedHashMap<InetAddress, Instant> lastSeen = new LinkedHashMap<>();

    LateTlsClients(InstantSource clock) {
        this.clock = clock;
    }

    /// @return whether the greeting to this address should wait longer than configured
    synchronized boolean needsLongerWait(InetAddress address) {
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
    /// because of the longer wait.
    synchronized void recordTimelyHandshake(InetAddress address) {
        if (lastSeen.containsKey(address)) {
            lastSeen.putLast(address, clock.instant());
        }
    }

    synchronized void recordPlainText(InetAddress address) {
        lastSeen.remove(address);
    }
}
