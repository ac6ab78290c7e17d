package org.o365relay.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.RecvByteBufAllocator;
import java.net.UnknownHostException;

/// Passes the connections of one listening socket to the filter in force, so that the settings can change while
/// the socket stays open.
final class CurrentFilter extends ChannelInitializer<Channel> {

    private volatile InForce inForce;

    /// @param buffers allocates the buffers for received octets
    private record InForce(ConnectionFilter filter, RecvByteBufAllocator buffers) {}

    CurrentFilter(ConnectionFilter filter, RecvByteBufAllocator buffers) {
        this.inForce = new InForce(filter, buffers);
    }

    /// Changes the filter of the connections that are accepted from now on.
    void use(ConnectionFilter filter, RecvByteBufAllocator buffers) {
        inForce = new InForce(filter, buffers);
    }

    @Override
    protected void initChannel(Channel channel) throws UnknownHostException {
        InForce current = inForce;
        channel.config().setRecvByteBufAllocator(current.buffers());
        current.filter().initChannel(channel);
    }
}
