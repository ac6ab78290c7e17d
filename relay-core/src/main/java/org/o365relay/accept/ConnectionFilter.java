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
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Network;
import org.o365relay.mail.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Decides at the door of one listener who comes in.
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows as an inactive channel
final class ConnectionFilter extends ChannelInitializer<Channel> {

    private static final Logger log = LoggerFactory.getLogger(ConnectionFilter.class);

    /// Who comes over a Unix socket is on this machine.
    private static final InetAddress LOCALHOST = InetAddress.ofLiteral("127.0.0.1");

    private final ListenerSettings listener;
    private final PipelineFactory pipelines;
    private final ConnectionLimiter connections;
    private final ConnectionLimiter proxyConnections;
    private final ChannelGroup clients;
    private final Duration proxyHeaderTimeout;

    /// @param connections of the clients that are in
    /// @param proxyConnections of the connections whose proxy has not yet said who the client is
    /// @param clients gets everybody who is let in
    /// @param proxyHeaderTimeout how long a proxy may take to say whom it brings
    ConnectionFilter(
            ListenerSettings listener,
            PipelineFactory entrance,
            ConnectionLimiter census,
            ConnectionLimiter unnamed,
            ChannelGroup clients,
            Duration proxyPatience) {
        this.listener = listener;
        this.pipelines = entrance;
        this.connections = census;
        this.proxyConnections = unnamed;
        this.clients = clients;
        this.proxyHeaderTimeout = proxyPatience;
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

    /// The header of a connection that came by a proxy has been read, or never will be.
    void proxyHeaderDone(InetAddress proxy) {
        proxyConnections.release(proxy);
    }

    private void reject(Channel channel, InetAddress address, Reply refusal) {
        pipelines.rejects().reject(channel, address, refusal, listener.tls() == ListenerTls.IMPLICIT);
    }

    /// Lets a client in, or tells it why not, at the end of the channel's pipeline; what comes before must pass
    /// it that the channel is active.
    void admit(Channel channel, InetAddress address) {
        ClientPolicy policy = listener.trusted().policy(address).orElse(null);
        Reply refusal = policy == null ? RejectReplies.untrusted(address) : overLimit(address, policy);
        if (refusal != null) {
            reject(channel, address, refusal);
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

    /// @return null if the client is now counted as one of those who are in
    private @Nullable Reply overLimit(InetAddress address, ClientPolicy policy) {
        return switch (connections.acquire(address, policy.limits().connections())) {
            case ADMITTED -> null;
            case TOTAL_LIMIT -> RejectReplies.tooManyConnections();
            case CLIENT_LIMIT -> RejectReplies.tooManyConnections(address);
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

    /// @return without the zone of a link-local address: it names this machine's interface, not the client; null if
    ///     it cannot be told who that is (the client may have gone by now)
    private static @Nullable InetAddress address(Channel channel) throws UnknownHostException {
        if (channel instanceof DomainSocketChannel) {
            return LOCALHOST; // the channel itself does not know its other end
        }
        return channel.remoteAddress() instanceof InetSocketAddress inet
                ? InetAddress.getByAddress(inet.getAddress().getAddress())
                : null;
    }
}
