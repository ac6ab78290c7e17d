package org.o365relay.accept;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/// Limits how many connections one client and all clients may open. Thread-safe.
final class ConnectionLimiter {

    private final int maxConnections;
    private final Map<InetAddress, Integer> byClient = new HashMap<>();
    private int total;

    ConnectionLimiter(int maxConnections) {
        this.maxConnections = maxConnections;
    }

    /// Whether a connection is admitted, or which limit rejects it.
    enum Result {
        ADMITTED,
        TOTAL_LIMIT,
        CLIENT_LIMIT
    }

    /// Counts a connection if it is within the limits; an admitted one must be [released][#release].
    ///
    /// @param max connections this client may have
    synchronized Result acquire(InetAddress client, int max) {
        if (total >= maxConnections) {
            return Result.TOTAL_LIMIT;
        }
        int clientConnections = byClient.getOrDefault(client, 0);
        if (clientConnections >= max) {
            return Result.CLIENT_LIMIT;
        }
        total++;
        byClient.put(client, clientConnections + 1);
        return Result.ADMITTED;
    }

    synchronized void release(InetAddress client) {
        total--;
        byClient.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
    }
}
