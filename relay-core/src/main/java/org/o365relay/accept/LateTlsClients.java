package org.o365relay.accept;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;

/// The addresses that began with TLS when the greeting was out already: the next greeting waits for them longer.
/// Forgets an address as soon as it speaks plain text, which devices that begin with TLS never do, and else after
/// [#MEMORY]. Its memory is bounded. Safe for any number of threads.
final class LateTlsClients {

    /// How long an address is remembered that began with TLS and was not heard again.
    static final Duration MEMORY = Duration.ofDays(1);

    /// Of more, the one that was heard longest ago is forgotten.
    static final int MOST_ADDRESSES = 1_000;

    private final InstantSource clock;
    private final LinkedHashMap<InetAddress, Instant> lastHeard = new LinkedHashMap<>();

    LateTlsClients(InstantSource clock) {
        this.clock = clock;
    }

    /// @return whether the greeting should wait for this address longer than for others
    synchronized boolean isExpectedFrom(InetAddress address) {
        Instant heard = lastHeard.get(address);
        return heard != null && heard.plus(MEMORY).isAfter(clock.instant());
    }

    synchronized void cameTooLate(InetAddress address) {
        lastHeard.putLast(address, clock.instant());
        if (lastHeard.size() > MOST_ADDRESSES) {
            lastHeard.pollFirstEntry();
        }
    }

    /// Perhaps only because the greeting waited: whoever is remembered stays so.
    synchronized void cameInTime(InetAddress address) {
        if (lastHeard.containsKey(address)) {
            lastHeard.putLast(address, clock.instant());
        }
    }

    synchronized void spokePlainText(InetAddress address) {
        lastHeard.remove(address);
    }
}
