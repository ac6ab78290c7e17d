package org.o365relay.accept;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/// Limits the number of concurrent connections, per client and in total. Thread-safe.
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

    /// Counts a connection if it is within the limits. An admitted connection must be [released][#release].
    ///
    /// @param max maximum number of concurrent connections from this client
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
