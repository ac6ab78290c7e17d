package org.o365relay;

import java.net.InetSocketAddress;
import java.util.List;
import org.o365relay.accept.socket.Endpoint;

/// A relay that was started. Any thread may stop it.
public final class RunningRelay {

    private final List<Endpoint> endpoints;
    private final Operations operations;
    private final Shutdown shutdown;

    RunningRelay(List<Endpoint> endpoints, Operations operations, Shutdown shutdown) {
        this.endpoints = List.copyOf(endpoints);
        this.operations = operations;
        this.shutdown = shutdown;
    }

    /// @return queries and commands for operators
    public Operations operations() {
        return operations;
    }

    /// @return the endpoints on which the relay listens, in the order of the settings, with port 0 replaced by
    ///     the port in use
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /// @return addresses of the TCP endpoints
    public List<InetSocketAddress> addresses() {
        return endpoints.stream()
                .filter(Endpoint.Tcp.class::isInstance)
                .map(endpoint -> ((Endpoint.Tcp) endpoint).socketAddress())
                .toList();
    }

    /// Stops accepting connections, waits up to the shutdown timeout for transactions and deliveries in flight,
    /// stops the background tasks, and closes the queue. Does nothing if called again.
    public void stop() {
        shutdown.run();
    }
}
