package org.o365relay;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Supplier;
import org.o365relay.accept.socket.Endpoint;

/// A relay that was started. Any thread may stop it, or apply new settings.
public final class RunningRelay {

    private final Supplier<List<Endpoint>> endpoints;
    private final Operations operations;
    private final Reload reload;
    private final Shutdown shutdown;
    private boolean isStopped;

    /// @param endpoints supplies the open endpoints
    RunningRelay(Supplier<List<Endpoint>> endpoints, Operations operations, Reload reload, Shutdown shutdown) {
        this.endpoints = endpoints;
        this.operations = operations;
        this.reload = reload;
        this.shutdown = shutdown;
    }

    /// @return queries and commands for operators
    public Operations operations() {
        return operations;
    }

    /// @return the endpoints on which the relay listens, in the order of the settings, with port 0 replaced by
    ///     the port in use
    public List<Endpoint> endpoints() {
        return endpoints.get();
    }

    /// @return addresses of the TCP endpoints
    public List<InetSocketAddress> addresses() {
        return endpoints().stream()
                .filter(Endpoint.Tcp.class::isInstance)
                .map(endpoint -> ((Endpoint.Tcp) endpoint).socketAddress())
                .toList();
    }

    /// Applies new settings. Sessions and deliveries in progress continue with the previous settings. Files
    /// that the settings name are read again. The data directory stays the same.
    ///
    /// @param by user name of the operator
    /// @return remarks for the operator
    /// @throws OperationException if the settings cannot be used, for example because a port is in use, or if
    ///     the relay is stopping; the previous settings stay in force
    public synchronized List<String> reload(RelaySettings next, String by) throws OperationException {
        if (isStopped) {
            throw new OperationException("the relay is stopping");
        }
        List<String> remarks = reload.apply(next, by);
        shutdown.use(next.shutdownTimeout());
        return remarks;
    }

    /// Stops accepting connections, waits up to the shutdown timeout for transactions and deliveries in flight,
    /// stops the background tasks, and closes the queue. Does nothing if called again.
    public synchronized void stop() {
        isStopped = true;
        shutdown.run();
    }
}
