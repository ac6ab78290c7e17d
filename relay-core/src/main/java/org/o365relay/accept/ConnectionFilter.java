package org.o365relay.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.unix.DomainSocketChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.session.RejectReplies;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Network;
import org.o365relay.mail.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Admits or rejects the connections of one listener.
@SuppressWarnings("FutureReturnValueIgnored") // a failed close makes the channel inactive
final class ConnectionFilter extends ChannelInitializer<Channel> {

    private static final Logger log = LoggerFactory.getLogger(ConnectionFilter.class);

    /// Client address assumed for connections to a Unix socket.
    private static final InetAddress LOCALHOST = InetAddress.ofLiteral("127.0.0.1");

    private final ListenerSettings listener;
    private final PipelineFactory pipelines;
    private final ConnectionLimiter connections;
    private final ConnectionLimiter proxyConnections;
    private final ChannelGroup clients;
    private final Duration proxyHeaderTimeout;

    /// @param connections limits the connections of admitted clients
    /// @param proxyConnections limits connections that have not sent their PROXY header yet
    /// @param clients group to which a channel is added when it is admitted or waits for a PROXY header
    /// @param proxyHeaderTimeout longest wait for the PROXY header
    ConnectionFilter(
            ListenerSettings listener,
            PipelineFactory pipelines,
            ConnectionLimiter connections,
            ConnectionLimiter proxyConnections,
            ChannelGroup clients,
            Duration proxyHeaderTimeout) {
        this.listener = listener;
        this.pipelines = pipelines;
        this.connections = connections;
        this.proxyConnections = proxyConnections;
        this.clients = clients;
        this.proxyHeaderTimeout = proxyHeaderTimeout;
    }

    @Override
    protected void initChannel(Channel channel) throws UnknownHostException {
        InetAddress peer = address(channel);
        if (peer == null) {
            log.debug("closing a connection from {}", channel.remoteAddress());
            channel.close();
        } else if (isProxy(peer)) {
            awaitProxyHeader(channel, peer);
        } else {
            admit(channel, peer);
        }
    }

    private void awaitProxyHeader(Channel channel, InetAddress proxy) {
        if (proxyConnections.acquire(proxy, Integer.MAX_VALUE) == ConnectionLimiter.Result.ADMITTED) {
            clients.add(channel);
            channel.pipeline()
                    .addLast(
                            ProxyHeader.decoder(),
                            new ProxyHeader(this, pipelines.rejects(), proxy, proxyHeaderTimeout));
        } else {
            reject(channel, proxy, RejectReplies.tooManyConnections());
        }
    }

    /// Stops counting a connection as one that waits for its PROXY header, whether or not the header was
    /// received.
    void proxyHeaderDone(InetAddress proxy) {
        proxyConnections.release(proxy);
    }

    private void reject(Channel channel, InetAddress address, Reply rejection) {
        pipelines.rejects().reject(channel, address, rejection, listener.tls() == ListenerTls.IMPLICIT);
    }

    /// Admits or rejects a client: adds handlers for its session or its rejection to the end of the pipeline,
    /// or closes the channel. The handlers before them must fire `channelActive`.
    void admit(Channel channel, InetAddress address) {
        ClientPolicy policy = listener.trusted().policy(address).orElse(null);
        Reply rejection = policy == null ? RejectReplies.untrusted(address) : limitRejection(address, policy);
        if (rejection != null) {
            reject(channel, address, rejection);
        } else if (policy != null) {
            clients.add(channel);
            Client client = pipelines.client(address, policy, listener.tls());
            client.device().sessionStarted();
            channel.closeFuture().addListener(_ -> {
                client.device().sessionEnded();
                connections.release(address);
            });
            pipelines.add(channel.pipeline(), client);
        }
    }

    /// @return the rejection; null if the connection is within the limits and has been counted
    private @Nullable Reply limitRejection(InetAddress address, ClientPolicy policy) {
        if (pipelines.memory().isExhausted()) {
            return RejectReplies.insufficientMemory();
        }
        return switch (connections.acquire(address, policy.limits().connections())) {
            case ADMITTED -> null;
            case TOTAL_LIMIT -> RejectReplies.tooManyConnections();
            case CLIENT_LIMIT -> RejectReplies.tooManyConnections(address);
            case RESERVED -> RejectReplies.connectionsReserved(address, connections.reserved(), connections.few());
        };
    }

    private boolean isProxy(InetAddress peer) {
        for (Network network : listener.trustedProxies()) {
            if (network.contains(peer)) {
                return true;
            }
        }
        return false;
    }

    /// @return the client address, without the zone of a link-local address, which names an interface of this
    ///     machine; null if the client has disconnected
    private static @Nullable InetAddress address(Channel channel) throws UnknownHostException {
        if (channel instanceof DomainSocketChannel) {
            return LOCALHOST; // a Unix socket has no remote IP address
        }
        return channel.remoteAddress() instanceof InetSocketAddress inet
                ? InetAddress.getByAddress(inet.getAddress().getAddress())
                : null;
    }
}
