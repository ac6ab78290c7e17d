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
    private static final int LARGEST_EXTRAS = 8 * 1024;

    private final ConnectionFilter reception;
    private final RejectHandler turnedAway;
    private final InetAddress proxy;
    private final Duration patience;
    private @Nullable Future<?> limit;
    private boolean settled;

    ProxyHeader(ConnectionFilter reception, RejectHandler turnedAway, InetAddress proxy, Duration patience) {
        this.reception = reception;
        this.turnedAway = turnedAway;
        this.proxy = proxy;
        this.patience = patience;
    }

    /// @return belongs in front of it
    static ChannelHandler decoder() {
        return new HAProxyMessageDecoder(LARGEST_EXTRAS, true);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        limit = ctx.executor()
                .schedule(
                        () -> refuse(ctx, "it did not come in time (relay.limits.command-timeout)"),
                        patience.toMillis(),
                        TimeUnit.MILLISECONDS);
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (!settled && message instanceof HAProxyMessage header) {
                client(header)
                        .ifPresentOrElse(
                                client -> admit(ctx, client),
                                () -> refuse(ctx, "unknown address " + header.sourceAddress()));
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    private void admit(ChannelHandlerContext ctx, InetAddress client) {
        reception.admit(ctx.channel(), client);
        settled = true;
        endWait();
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
            refuse(ctx, String.valueOf(reason.getMessage()));
        }
    }

    /// The decoder may have closed the connection by now.
    private void refuse(ChannelHandlerContext ctx, String reason) {
        if (!settled) {
            settled = true;
            Reply reply = Reply.of(
                    421,
                    "4.7.0",
                    "Connections of this address must begin with a PROXY protocol header (trusted-proxies in relay.listeners): "
                            + RejectReplies.printable(reason));
            turnedAway.close(ctx, proxy, reply);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            settled = true; // a proxy that looks whether the port is open
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        endWait();
    }

    /// After its work, or with the connection.
    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        reception.headerEnded(proxy);
    }

    private void endWait() {
        if (limit != null) {
            limit.cancel(false);
            limit = null;
        }
    }
}
