package org.o365relay.accept;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.o365relay.admit.Network;

/// Limits the number of concurrent connections, per client and in total. Optionally reserves the last quarter
/// of the connections for clients that have few, so that a small number of clients cannot use them all.
/// Thread-safe.
final class ConnectionLimiter {

    private static final int MAX_FEW = 5;

    private final boolean hasReserve;
    private int maxConnections;
    private final Map<InetAddress, Integer> byClient = new HashMap<>();
    private final Map<Network, Integer> byHost = new HashMap<>(); // keys: Network.ofHost
    private int total;

    ConnectionLimiter(int maxConnections) {
        this(maxConnections, false);
    }

    private ConnectionLimiter(int maxConnections, boolean hasReserve) {
        this.maxConnections = maxConnections;
        this.hasReserve = hasReserve;
    }

    /// Reserves the last quarter for clients with fewer than [#few] connections: a fortieth of the maximum, but
    /// at least 1 and at most 5. For this reserve, the IPv6 addresses of one /64 count as one client.
    static ConnectionLimiter withReserve(int maxConnections) {
        return new ConnectionLimiter(maxConnections, true);
    }

    /// Changes the maximum. Open connections above it stay open.
    synchronized void use(int nextMax) {
        maxConnections = nextMax;
    }

    /// Whether a connection is admitted, or which limit rejects it.
    enum Result {
        ADMITTED,
        TOTAL_LIMIT,
        CLIENT_LIMIT,
        /// All free connections are reserved for clients that have fewer connections.
        RESERVED
    }

    /// @return number of reserved connections
    synchronized int reserved() {
        return hasReserve ? maxConnections / 4 : 0;
    }

    /// @return number of connections at which a client can no longer take a reserved one
    synchronized int few() {
        return Math.clamp(maxConnections / 40, 1, MAX_FEW);
    }

    /// Counts a connection if it is within the limits. An admitted connection must be [released][#release].
    ///
    /// @param max maximum number of concurrent connections from this client
    synchronized Result acquire(InetAddress client, int max) {
        if (total >= maxConnections) {
            return Result.TOTAL_LIMIT;
        }
        if (byClient.getOrDefault(client, 0) >= max) {
            return Result.CLIENT_LIMIT;
        }
        Network host = Network.ofHost(client);
        if (total >= maxConnections - reserved() && byHost.getOrDefault(host, 0) >= few()) {
            return Result.RESERVED;
        }
        total++;
        byClient.merge(client, 1, Integer::sum);
        byHost.merge(host, 1, Integer::sum);
        return Result.ADMITTED;
    }

    synchronized void release(InetAddress client) {
        total--;
        byClient.computeIfPresent(client, (_, count) -> count == 1 ? null : count - 1);
        byHost.computeIfPresent(Network.ofHost(client), (_, count) -> count == 1 ? null : count - 1);
    }
}
