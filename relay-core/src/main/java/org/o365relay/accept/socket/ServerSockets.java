package org.o365relay.accept.socket;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the server sockets of endpoints.
public final class ServerSockets {

    private static final Logger log = LoggerFactory.getLogger(ServerSockets.class);

    /// The backlog is large because many devices may connect at the same time, for example after a power
    /// failure. If the backlog were full, some devices would have to retransmit their connection requests.
    private static final int BACKLOG = 4_096;

    // socket(7)
    private static final int SOL_SOCKET = 1;
    private static final int SO_ACCEPTCONN = 30;
    private static final int SO_DOMAIN = 39;
    private static final int AF_UNIX = 1;

    /// Value of the constructor parameter that marks a Unix socket as already listening.
    private static final boolean LISTENING = true;

    private final InheritedSockets inherited;

    public ServerSockets(InheritedSockets inherited) {
        this.inherited = inherited;
    }

    /// An open endpoint.
    ///
    /// @param endpoint endpoint with its actual port; for a systemd socket, the TCP or Unix endpoint of the
    ///     socket
    public record Bound(Channel channel, Endpoint endpoint) {

        /// Deregisters the channel from its event loop without closing it, so that an inherited socket stays
        /// open.
        public void release() {
            channel.deregister().awaitUninterruptibly();
        }
    }

    /// @param bootstrap configures accepted connections
    public List<Bound> open(Endpoint endpoint, ServerBootstrap bootstrap) throws ListenException {
        if (!(endpoint instanceof Endpoint.Tcp) && !Epoll.isAvailable()) {
            throw new ListenException(endpoint, "supported only on Linux x86-64 and AArch64");
        }
        try {
            return switch (endpoint) {
                case Endpoint.Tcp tcp -> List.of(tcp(tcp, bootstrap));
                case Endpoint.UnixSocket unix -> List.of(unix(unix, bootstrap));
                case Endpoint.AbstractSocket(String name) -> List.of(abstractSocket(endpoint, "\0" + name, bootstrap));
                case Endpoint.SystemdSocket named -> inherited(named, bootstrap);
            };
        } catch (IOException e) {
            throw new ListenException(endpoint, e);
        }
    }

    private static Bound tcp(Endpoint.Tcp endpoint, ServerBootstrap bootstrap) throws ListenException {
        ChannelFuture binding = bootstrap
                .channelFactory(() -> tcpChannel(endpoint))
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .bind(endpoint.address(), endpoint.port());
        Channel channel = opened(binding, endpoint);
        return new Bound(channel, tcp((InetSocketAddress) channel.localAddress()));
    }

    /// Creates an unbound socket of the address family of the endpoint. An IPv6 socket on `::` also accepts
    /// IPv4. By default, Netty would use an IPv6 socket for `0.0.0.0`, too, which would also accept IPv6.
    private static ServerChannel tcpChannel(Endpoint.Tcp endpoint) {
        SocketProtocolFamily family =
                endpoint.address() instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        return Epoll.isAvailable()
                ? new EpollServerSocketChannel(family)
                : new NioServerSocketChannel(SelectorProvider.provider(), family);
    }

    private static Bound unix(Endpoint.UnixSocket endpoint, ServerBootstrap bootstrap)
            throws ListenException, IOException {
        UnixSocketFile.removeStale(endpoint);
        Path path = endpoint.path();
        Socket socket = Socket.newSocketDomain();
        try {
            socket.bind(new DomainSocketAddress(path.toString()));
            UnixSocketFile file = UnixSocketFile.restricted(path, endpoint.permissions());
            socket.listen(BACKLOG);
            Channel channel = registered(
                    endpoint, bootstrap, () -> new EpollServerDomainSocketChannel(socket.intValue(), LISTENING));
            channel.closeFuture().addListener(_ -> delete(file, endpoint));
            return new Bound(channel, endpoint);
        } catch (IOException | ListenException e) {
            socket.close();
            throw e;
        }
    }

    /// Sets the permissions of an open Unix socket. Does nothing for other endpoints.
    public void setPermissions(Endpoint endpoint) {
        if (endpoint instanceof Endpoint.UnixSocket(Path path, var permissions)) {
            try {
                Files.setPosixFilePermissions(path, permissions);
            } catch (IOException e) {
                log.warn("cannot set the permissions of the socket file {}: {}", endpoint, e.toString());
            }
        }
    }

    private static void delete(UnixSocketFile file, Endpoint endpoint) {
        try {
            file.delete();
        } catch (IOException e) {
            log.warn("cannot remove the socket file {}: {}", endpoint, e.toString());
        }
    }

    private static Bound abstractSocket(Endpoint endpoint, String address, ServerBootstrap bootstrap)
            throws ListenException, IOException {
        Socket socket = Socket.newSocketDomain();
        try {
            socket.bind(new DomainSocketAddress(address));
            socket.listen(BACKLOG);
            return new Bound(
                    registered(
                            endpoint,
                            bootstrap,
                            () -> new EpollServerDomainSocketChannel(socket.intValue(), LISTENING)),
                    endpoint);
        } catch (IOException | ListenException e) {
            socket.close();
            throw e;
        }
    }

    private List<Bound> inherited(Endpoint.SystemdSocket endpoint, ServerBootstrap bootstrap) throws ListenException {
        List<Bound> bound = new ArrayList<>();
        try {
            for (int descriptor : inherited.named(endpoint)) {
                bound.add(bound(endpoint, descriptor, bootstrap));
            }
        } catch (ListenException e) {
            bound.forEach(Bound::release);
            throw e;
        }
        bound.forEach(socket -> socket.channel().closeFuture().addListener(_ -> inherited.closed(endpoint)));
        return bound;
    }

    private static Bound bound(Endpoint.SystemdSocket endpoint, int descriptor, ServerBootstrap bootstrap)
            throws ListenException {
        if (isUnix(endpoint, descriptor)) {
            Channel channel =
                    registered(endpoint, bootstrap, () -> new EpollServerDomainSocketChannel(descriptor, LISTENING));
            return new Bound(channel, unix(new Socket(descriptor).localDomainSocketAddress()));
        }
        ServerBootstrap inet = bootstrap.clone().childOption(ChannelOption.TCP_NODELAY, true);
        Channel channel = registered(endpoint, inet, () -> new EpollServerSocketChannel(descriptor));
        return new Bound(channel, tcp((InetSocketAddress) channel.localAddress()));
    }

    private static boolean isUnix(Endpoint.SystemdSocket endpoint, int descriptor) throws ListenException {
        try {
            Socket socket = new Socket(descriptor);
            if (socket.getIntOpt(SOL_SOCKET, SO_ACCEPTCONN) == 0) {
                throw new ListenException(
                        endpoint, "the socket is not listening; the socket unit needs ListenStream= and Accept=no");
            }
            if (!FileDescriptors.setNonBlocking(descriptor)) {
                throw new ListenException(endpoint, "the socket cannot be set to non-blocking mode");
            }
            return socket.getIntOpt(SOL_SOCKET, SO_DOMAIN) == AF_UNIX;
        } catch (IOException | RuntimeException e) { // Netty throws a RuntimeException for a non-socket
            throw new ListenException(
                    endpoint, "file descriptor " + descriptor + " is not a socket: " + e.getMessage());
        }
    }

    /// Registers a socket that is already listening.
    private static Channel registered(Endpoint endpoint, ServerBootstrap bootstrap, Supplier<ServerChannel> factory)
            throws ListenException {
        return opened(bootstrap.clone().channelFactory(factory::get).register(), endpoint);
    }

    private static Channel opened(ChannelFuture opening, Endpoint endpoint) throws ListenException {
        opening.awaitUninterruptibly();
        if (!opening.isSuccess()) {
            throw new ListenException(endpoint, opening.cause());
        }
        return opening.channel();
    }

    private static Endpoint tcp(InetSocketAddress address) {
        return new Endpoint.Tcp(address.getAddress(), address.getPort());
    }

    private static Endpoint unix(DomainSocketAddress address) {
        return address.path().startsWith("\0")
                ? new Endpoint.AbstractSocket(address.path().substring(1))
                : new Endpoint.UnixSocket(Path.of(address.path()), Set.of());
    }
}
