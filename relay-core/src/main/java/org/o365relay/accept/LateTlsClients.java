package org.o365relay.accept;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;

/// The addresses that began with TLS when the greeting was out already: the next greeting waits for them longer.
/// Forgets an address as soon as it speaks plain text, which devices that begin with TLS never do, and else after
/// [#RETENTION]. Its memory is bounded. Safe for any number of threads.
final class LateTlsClients {

    /// How long an address is remembered that began with TLS and was not heard again.
    static final Duration RETENTION = Duration.ofDays(1);

    /// Of more, the one that was heard longest ago is forgotten.
    static final int MAX_ADDRESSES = 1_000;

    private final InstantSource clock;
    private final LinkedHashMap<InetAddress, Instant> lastSeen = new LinkedHashMap<>();

    LateTlsClients(InstantSource clock) {
        this.clock = clock;
    }

    /// @return whether the greeting should wait for this address longer than for others
    synchronized boolean needsLongerWait(InetAddress address) {
        Instant heard = lastSeen.get(address);
        return heard != null && heard.plus(RETENTION).isAfter(clock.instant());
    }

    synchronized void tooLate(InetAddress address) {
        lastSeen.putLast(address, clock.instant());
        if (lastSeen.size() > MAX_ADDRESSES) {
            lastSeen.pollFirstEntry();
        }
    }

    /// Perhaps only because the greeting waited: whoever is remembered stays so.
    synchronized void inTime(InetAddress address) {
        if (lastSeen.containsKey(address)) {
            lastSeen.putLast(address, clock.instant());
        }
    }

    synchronized void plainText(InetAddress address) {
        lastSeen.remove(address);
    }
}
