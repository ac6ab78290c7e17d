package org.o365relay.accept;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/// Counts connections, over all and by client, against the limits.
final class Census {

    private final SessionLimits limits;
    private final Map<InetAddress, Integer> byClient = new HashMap<>();
    private int total;

    Census(SessionLimits limits) {
        this.limits = limits;
    }

    /// Whether one more may come.
    enum Entry {
        WELCOME,
        TOO_MANY,
        TOO_MANY_FROM_CLIENT
    }

    /// Counts the client if it is welcome; it must then [#leave].
    synchronized Entry enter(InetAddress client) {
        if (total >= limits.connections()) {
            return Entry.TOO_MANY;
        }
        int mine = byClient.getOrDefault(client, 0);
        if (mine >= limits.connectionsPerClient()) {
            return Entry.TOO_MANY_FROM_CLIENT;
        }
        total++;
        byClient.put(client, mine + 1);
        return Entry.WELCOME;
    }

    synchronized void leave(InetAddress client) {
        total--;
        byClient.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    }
}
