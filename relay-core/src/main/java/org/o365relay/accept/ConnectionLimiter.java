package org.o365relay.accept;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/// Counts connections, over all and by client, against the limits.
final class ConnectionLimiter {

    private final int mostConnections;
    private final Map<InetAddress, Integer> byClient = new HashMap<>();
    private int total;

    ConnectionLimiter(int mostConnections) {
        this.mostConnections = mostConnections;
    }

    /// Whether one more may come.
    enum Entry {
        WELCOME,
        TOO_MANY,
        TOO_MANY_FROM_CLIENT
    }

    /// Counts the client if it is welcome; it must then [#leave].
    ///
    /// @param most connections this client may have
    synchronized Entry enter(InetAddress client, int most) {
        if (total >= mostConnections) {
            return Entry.TOO_MANY;
        }
        int mine = byClient.getOrDefault(client, 0);
        if (mine >= most) {
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
