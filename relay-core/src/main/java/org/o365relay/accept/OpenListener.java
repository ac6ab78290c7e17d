package org.o365relay.accept;

import java.util.List;
import java.util.stream.Stream;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.socket.ServerSockets;

/// A listener whose sockets are open; more than one socket if systemd passed several with its name.
record OpenListener(ListenerSettings settings, CurrentFilter filter, List<ServerSockets.Bound> sockets) {

    Stream<Endpoint> endpoints() {
        return sockets.stream().map(ServerSockets.Bound::endpoint);
    }

    /// Starts accepting connections.
    void accept() {
        sockets.forEach(socket -> socket.channel().config().setAutoRead(true));
    }

    void close() {
        sockets.forEach(socket -> socket.channel().close().awaitUninterruptibly());
    }
}
