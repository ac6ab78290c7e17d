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
import org.o365relay.accept.session.RejectReplies;
import org.o365relay.mail.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Waits for the PROXY protocol header (version 1 or 2) on a connection from a trusted proxy, passes the client
/// address in the header to the [ConnectionFilter], and removes itself. Closes the connection if it does not
/// begin with the header.
@SuppressWarnings("FutureReturnValueIgnored") // a failed close makes the channel inactive
final class ProxyHeader extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(ProxyHeader.class);

    /// Maximum size of the TLVs (version 2) in octets; they may contain a client certificate.
    private static final int MAX_TLV_OCTETS = 8 * 1024;

    private final ConnectionFilter filter;
    private final RejectHandler rejects;
    private final InetAddress proxy;
    private final Duration timeout;
    private @Nullable Future<?> timer;
    private boolean done;

    ProxyHeader(ConnectionFilter filter, RejectHandler rejects, InetAddress proxy, Duration timeout) {
        this.filter = filter;
        this.rejects = rejects;
        this.proxy = proxy;
        this.timeout = timeout;
    }

    /// @return the decoder to insert before this handler
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
                                () -> reject(ctx, "invalid address " + header.sourceAddress()));
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

    /// @return the client address; the proxy's own address if the header is from a health check (LOCAL) or
    ///     contains no IP address; empty if the address is invalid
    private Optional<InetAddress> client(HAProxyMessage header) {
        String source = header.sourceAddress();
        return header.command() == HAProxyCommand.LOCAL || source == null
                ? Optional.of(proxy)
                : switch (header.proxiedProtocol().addressFamily()) {
                    case AF_IPv4, AF_IPv6 -> address(source);
                    case AF_UNIX, AF_UNSPEC -> Optional.of(proxy);
                };
    }

    /// @param literal address in text form; rejected if it has a zone, which names an interface of the proxy
    private static Optional<InetAddress> address(String literal) {
        try {
            return literal.contains("%") ? Optional.empty() : Optional.of(InetAddress.ofLiteral(literal));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("connection lost: {}", cause.toString());
            ctx.close();
        } else {
            Throwable reason = cause.getCause() == null ? cause : cause.getCause(); // the decoder wraps exceptions
            reject(ctx, String.valueOf(reason.getMessage()));
        }
    }

    /// Rejects the connection without sending a reply, because the decoder may already have closed it.
    private void reject(ChannelHandlerContext ctx, String reason) {
        if (!done) {
            done = true;
            Reply reply = Reply.of(
                    421,
                    "4.7.0",
                    "Connections from this address must begin with a PROXY protocol header (trusted-proxies in"
                            + " relay.listeners): "
                            + RejectReplies.printable(reason));
            rejects.close(ctx, proxy, reply);
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            done = true; // probably a health check that only opens the port, so not logged as a rejection
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelTimer();
    }

    /// Called after this handler has processed the header, or when the connection ends.
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
