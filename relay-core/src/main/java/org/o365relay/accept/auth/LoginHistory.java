package org.o365relay.accept.auth;

import java.net.InetAddress;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.o365relay.accept.auth.PasswordChecks.Standing;
import org.o365relay.accept.auth.Users.Result;
import org.o365relay.admit.Network;

/// The addresses whose last login was valid, and the networks in which logins have failed, since the start.
/// Remembers the last [#MAX_ENTRIES] of each; failed logins of other addresses never displace a valid login.
/// Not thread-safe.
final class LoginHistory {

    static final int MAX_ENTRIES = 10_000;

    private final Set<InetAddress> valid = latest();
    private final Set<Network> failed = latest();

    /// @param network the network of the host, as given by [Network#ofHost]
    Standing standing(InetAddress client, Network network) {
        if (valid.contains(client)) {
            return Standing.KNOWN;
        }
        return failed.contains(network) ? Standing.GUESSING : Standing.NEW;
    }

    void record(InetAddress client, Network network, Result result) {
        switch (result) {
            case VALID -> valid.add(client);
            case INVALID -> {
                valid.remove(client);
                failed.add(network);
            }
            case UNAVAILABLE, BUSY, CANCELLED -> {} // reveals nothing about the client
        }
    }

    private static <E> Set<E> latest() {
        return Collections.newSetFromMap(new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<E, Boolean> eldest) {
                return size() > MAX_ENTRIES;
            }
        });
    }
}
