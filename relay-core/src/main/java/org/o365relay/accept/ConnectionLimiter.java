package org.o365relay.accept;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/// Counts connections, over all and by client, against the limits.
final class ConnectionLimiter {

    private final int maxConnections;
    private final Map<InetAddress, Integer> byClient = new HashMap<>();
    private int total;

    ConnectionLimiter(int mostConnections) {
        this.maxConnections = mostConnections;
    }

    /// Whether one more may come.
    enum Result {
        ADMITTED,
        TOTAL_LIMIT,
        CLIENT_LIMIT
    }

    /// Counts the client if it is welcome; it must then [#release].
    ///
    /// @param most connections this client may have
    synchronized Result acquire(InetAddress client, int most) {
        if (total >= maxConnections) {
            return Result.TOTAL_LIMIT;
        }
        int mine = byClient.getOrDefault(client, 0);
        if (mine >= most) {
            return Result.CLIENT_LIMIT;
        }
        total++;
        byClient.put(client, mine + 1);
        return Result.ADMITTED;
    }

    synchronized void release(InetAddress client) {
        total--;
        byClient.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    }
}
