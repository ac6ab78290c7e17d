package org.o365relay.accept;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;

/// Addresses of clients that began the TLS handshake after the plain-text greeting. Later greetings to such an
/// address are delayed by at least [TlsDetection#LATE_CLIENT_DELAY]. An address is removed when its client
/// sends plain text, and is ignored after [#RETENTION]. Holds at most [#MAX_ADDRESSES] addresses. Thread-safe.
final class LateTlsClients {

    /// Time after the last TLS handshake of an address during which its greetings get the longer delay.
    static final Duration RETENTION = Duration.ofDays(1);

    /// Maximum number of addresses; when it is exceeded, the least recently seen address is removed.
    static final int MAX_ADDRESSES = 1_000;

    private final InstantSource clock;
    private final LinkedHashMap<InetAddress, Instant> lastSeen = new LinkedHashMap<>();

    LateTlsClients(InstantSource clock) {
        this.clock = clock;
    }

    /// @return whether the greeting to this address must be delayed by at least
    ///     [TlsDetection#LATE_CLIENT_DELAY]
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

    /// Records that a client began the handshake before the greeting. If the address is already recorded, its
    /// retention time starts again, because the handshake may have preceded the greeting only because of the
    /// longer delay.
    synchronized void recordTimelyHandshake(InetAddress address) {
        if (lastSeen.containsKey(address)) {
            lastSeen.putLast(address, clock.instant());
        }
    }

    synchronized void recordPlainText(InetAddress address) {
        lastSeen.remove(address);
    }
}
