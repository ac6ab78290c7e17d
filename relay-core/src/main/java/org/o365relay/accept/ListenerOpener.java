package org.o365relay.accept;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.List;
import org.o365relay.accept.socket.Endpoint;
import org.o365relay.accept.socket.ListenException;
import org.o365relay.accept.socket.ServerSockets;
import org.o365relay.accept.tls.OldTls;
import org.o365relay.time.SteadyClock;

/// Opens listeners, and changes the settings of open ones.
final class ListenerOpener {

    private final EventLoopGroup eventLoops;
    private final ServerSockets sockets;
    private final ChannelGroup clients;
    private final ConnectionLimiter connections;
    private final ConnectionLimiter proxyConnections;
    private final ReceiveMemory memory;
    private final SteadyClock clock;
    private final ChannelGroup listening = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);

    /// @param clients group of the channels of admitted clients
    /// @param connections limits the connections of admitted clients
    /// @param proxyConnections limits connections that have not sent their PROXY header yet
    ListenerOpener(
            EventLoopGroup eventLoops,
            ServerSockets sockets,
            ChannelGroup clients,
            ConnectionLimiter connections,
            ConnectionLimiter proxyConnections,
            ReceiveMemory memory,
            SteadyClock clock) {
        this.eventLoops = eventLoops;
        this.sockets = sockets;
        this.clients = clients;
        this.connections = connections;
        this.proxyConnections = proxyConnections;
        this.memory = memory;
        this.clock = clock;
    }

    /// Opens the endpoint of a listener. Connections wait in its backlog until [OpenListener#accept].
    OpenListener opened(ListenerSettings listener, Acceptance settings) throws ListenException {
        CurrentFilter filter = new CurrentFilter(filter(listener, settings), buffers(settings));
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(eventLoops)
                .handler(new AcceptFailureHandler(clock))
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true) // the client may still wait for replies
                .childHandler(filter);
        List<ServerSockets.Bound> bound = sockets.open(listener.endpoint(), bootstrap);
        bound.forEach(socket -> listening.add(socket.channel()));
        return new OpenListener(listener, filter, bound);
    }

    private ConnectionFilter filter(ListenerSettings listener, Acceptance settings) {
        return new ConnectionFilter(
                listener,
                settings.pipelines(),
                connections,
                proxyConnections,
                clients,
                settings.limits().commandTimeout());
    }

    /// Gives up a listener that has accepted no connection. An inherited socket stays open for another attempt.
    void discard(OpenListener listener) {
        if (listener.settings().endpoint() instanceof Endpoint.SystemdSocket) {
            listener.sockets().forEach(socket -> {
                listening.remove(socket.channel());
                socket.release();
            });
        } else {
            listener.close();
        }
    }

    /// Changes the settings of an open listener for the connections that it accepts from now on.
    void use(OpenListener listener, Acceptance settings) {
        listener.filter().use(filter(listener.settings(), settings), buffers(settings));
        sockets.setPermissions(listener.settings().endpoint());
    }

    private RecvByteBufAllocator buffers(Acceptance settings) {
        return memory.buffers(settings.limits().connections());
    }

    /// @throws ListenException if the TLS settings of the listener cannot be used
    static void checkTls(ListenerSettings listener, Acceptance settings) throws ListenException {
        boolean needed = switch (listener.tls()) {
            case OFF, OPTIONAL -> false;
            case REQUIRED, IMPLICIT -> true;
        };
        if (needed && settings.tls() == null) {
            throw new ListenException(
                    listener.endpoint(),
                    "TLS requires a certificate; set relay.tls.certificate and relay.tls.key, or tls = off");
        }
        if (settings.tls() != null && listener.usesOldTls() && !OldTls.isAllowed()) {
            throw new ListenException(
                    listener.endpoint(),
                    "old-tls of a trusted network has no effect: TLS was used before old TLS was allowed (restart the"
                            + " relay), or the crypto policy of the system forbids it");
        }
    }

    /// Closes all listeners.
    void close() {
        listening.close().awaitUninterruptibly();
    }
}
