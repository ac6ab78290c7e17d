package org.o365relay.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.group.ChannelGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.o365relay.admit.ClientPolicy;
import org.o365relay.admit.Network;
import org.o365relay.mail.Reply;

/// Decides at the door of one listener who comes in.
final class Reception extends ChannelInitializer<Channel> {

    /// Who comes over a Unix socket is on this machine.
    private static final InetAddress THIS_MACHINE = InetAddress.ofLiteral("127.0.0.1");

    private final ListenerSettings listener;
    private final Entrance entrance;
    private final Census census;
    private final ChannelGroup clients;
    private final Duration proxyPatience;

    /// @param clients gets everybody who is let in
    /// @param proxyPatience how long a proxy may take to say whom it brings
    Reception(
            ListenerSettings listener, Entrance entrance, Census census, ChannelGroup clients, Duration proxyPatience) {
        this.listener = listener;
        this.entrance = entrance;
        this.census = census;
        this.clients = clients;
        this.proxyPatience = proxyPatience;
    }

    @Override
    protected void initChannel(Channel channel) throws UnknownHostException {
        InetAddress peer = address(channel.remoteAddress());
        if (isProxy(peer)) {
            clients.add(channel);
            channel.pipeline()
                    .addLast(ProxyHeader.decoder(), new ProxyHeader(this, entrance.turnedAway(), peer, proxyPatience));
        } else {
            admit(channel, peer);
        }
    }

    /// Lets a client in, or tells it why not, at the end of the channel's pipeline; what comes before must pass
    /// it that the channel is active.
    void admit(Channel channel, InetAddress address) {
        ClientPolicy policy = listener.trusted().policy(address).orElse(null);
        Reply refusal = policy == null ? Refusals.untrusted(address) : overLimit(address, policy);
        if (refusal != null) {
            entrance.turnedAway().refuse(channel, address, refusal, listener.tls() == ListenerTls.IMPLICIT);
        } else if (policy != null) {
            clients.add(channel);
            Client client = entrance.client(address, policy, listener.tls());
            client.device().opened();
            channel.closeFuture().addListener(_ -> {
                client.device().closed();
                census.leave(address);
            });
            entrance.add(channel.pipeline(), client);
        }
    }

    /// @return null if the client is now counted as one of those who are in
    private @Nullable Reply overLimit(InetAddress address, ClientPolicy policy) {
        return switch (census.enter(address, policy.limits().connections())) {
            case WELCOME -> null;
            case TOO_MANY -> Refusals.tooManyConnections();
            case TOO_MANY_FROM_CLIENT -> Refusals.tooManyConnections(address);
        };
    }

    private boolean isProxy(InetAddress peer) {
        for (Network network : listener.proxies()) {
            if (network.contains(peer)) {
                return true;
            }
        }
        return false;
    }

    /// @return without the zone of a link-local address: it names this machine's interface, not the client
    private static InetAddress address(@Nullable SocketAddress remote) throws UnknownHostException {
        return remote instanceof InetSocketAddress inet
                ? InetAddress.getByAddress(inet.getAddress().getAddress())
                : THIS_MACHINE;
    }
}
