package org.o365relay.accept;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for the header in which a proxy says who the client is (PROXY protocol, version 1 or 2), lets the
/// client in, and goes away. Whoever may speak for others must do so: without a header, the connection ends.
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows as an inactive channel
final class ProxyHeader extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(ProxyHeader.class);

    /// Octets for what a proxy may say besides addresses (version 2); the certificate of a client among it.
    private static final int MAX_TLV_OCTETS = 8 * 1024;

    private final ConnectionFilter filter;
    private final RejectHandler rejects;
    private final InetAddress proxy;
    private final Duration timeout;
    private @Nullable Future<?> timer;
    private boolean done;

    ProxyHeader(ConnectionFilter reception, RejectHandler turnedAway, InetAddress proxy, Duration patience) {
        this.filter = reception;
        this.rejects = turnedAway;
        this.proxy = proxy;
        this.timeout = patience;
    }

    /// @return belongs in front of it
    static ChannelHandler decoder() {
        return new HAProxyMessageDecoder(MAX_TLV_OCTETS, true);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        timer = ctx.executor()
                .schedule(
                        () -> reject(ctx, "not received in time (relay.limits.command-timeout)"),
                        timeout.toMillis(),
                        TimeUnit.MILLISECONDS);
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (!done && message instanceof HAProxyMessage header) {
                client(header)
                        .ifPresentOrElse(
                                client -> admit(ctx, client),
                                () -> reject(ctx, "unknown address " + header.sourceAddress()));
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void admit(ChannelHandlerContext ctx, InetAddress client) {
        filter.admit(ctx.channel(), client);
        done = true;
        cancelTimer();
        ctx.fireChannelActive();
        ctx.pipeline().remove(this);
    }

    /// @return the proxy itself if it speaks for nobody, to see whether the relay is well, or cannot say for whom;
    ///     empty if the client's address is not valid
    private Optional<InetAddress> client(HAProxyMessage header) {
        String source = header.sourceAddress();
        return header.command() == HAProxyCommand.LOCAL || source == null
                ? Optional.of(proxy)
                : switch (header.proxiedProtocol().addressFamily()) {
                    case AF_IPv4, AF_IPv6 -> address(source);
                    case AF_UNIX, AF_UNSPEC -> Optional.of(proxy);
                };
    }

    /// @param literal the decoder lets zones through, which would name an interface of the proxy
    private static Optional<InetAddress> address(String literal) {
        try {
            return literal.contains("%") ? Optional.empty() : Optional.of(InetAddress.ofLiteral(literal));
        } catch (IllegalArgumentException notInTheJdksEyes) {
            return Optional.empty();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("connection lost: {}", cause.toString());
            ctx.close();
        } else {
            Throwable reason = cause.getCause() == null ? cause : cause.getCause(); // as decoders wrap it
            reject(ctx, String.valueOf(reason.getMessage()));
        }
    }

    /// The decoder may have closed the connection by now.
    private void reject(ChannelHandlerContext ctx, String reason) {
        if (!done) {
            done = true;
            Reply reply = Reply.of(
                    421,
                    "4.7.0",
                    "Connections of this address must begin with a PROXY protocol header (trusted-proxies in relay.listeners): "
                            + RejectReplies.printable(reason));
            rejects.close(ctx, proxy, reply);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            done = true; // a proxy that looks whether the port is open
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelTimer();
    }

    /// After its work, or with the connection.
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        filter.proxyHeaderDone(proxy);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
