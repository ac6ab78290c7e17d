package org.o365relay.accept.auth;

import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.o365relay.accept.auth.PasswordChecks.Standing;
import org.o365relay.accept.auth.Users.Result;
import org.o365relay.admit.Network;

/// The addresses that have logged in successfully and have had fewer than [#MAX_FAILURES] failed logins since,
/// and the networks from which logins have failed, since startup. Remembers the last [#MAX_ENTRIES] of each;
/// failed logins of other addresses never displace a valid login. Not thread-safe.
final class LoginHistory {

    static final int MAX_ENTRIES = 10_000;

    /// Number of failed logins since the last valid one after which an address counts as guessing. A device
    /// with an outdated password does not affect the others behind its address as long as one of them logs in
    /// now and then.
    static final int MAX_FAILURES = 10;

    private final Map<InetAddress, Integer> failures = latest(); // of addresses with a valid login, since the last one
    private final Set<Network> failed = Collections.newSetFromMap(latest());

    /// @param network the network of the host, as given by [Network#ofHost]
    Standing standing(InetAddress client, Network network) {
        if (failures.containsKey(client)) {
            return Standing.KNOWN;
        }
        return failed.contains(network) ? Standing.GUESSING : Standing.NEW;
    }

    void record(InetAddress client, Network network, Result result) {
        switch (result) {
            case VALID -> failures.put(client, 0);
            case INVALID -> {
                failures.computeIfPresent(client, (_, count) -> count + 1 < MAX_FAILURES ? count + 1 : null);
                failed.add(network);
            }
            case UNAVAILABLE, BUSY, CANCELLED -> {} // reveals nothing about the client
        }
    }

    private static <K, V> Map<K, V> latest() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MAX_ENTRIES;
            }
        };
    }
}
