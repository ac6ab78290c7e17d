package org.o365relay.accept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.tls.ListenerTls;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// Detects TLS by the first octet from the client, because some devices send a ClientHello to a plain-text
/// port. The TLS handshake of such a device fails if it receives the SMTP greeting first, so the greeting is
/// delayed to wait for a ClientHello. This handler removes itself after the first octet, unless it rejects the
/// client.
final class TlsDetection extends ChannelInboundHandlerAdapter {

    /// Minimum delay of the greeting, if TLS detection is enabled, for clients that previously sent their
    /// ClientHello after the greeting.
    static final Duration LATE_CLIENT_DELAY = Duration.ofSeconds(3);

    private static final int HANDSHAKE_RECORD = 0x16; // RFC 8446 §5.1

    private final Client client;
    private final PipelineFactory pipelines;
    private final Duration greetingDelay;
    private @Nullable Future<?> timer;
    private boolean greeted;
    private boolean closing;

    /// @param greetingDelay delay of the greeting; if zero, a client that sends a ClientHello is rejected
    TlsDetection(Client client, PipelineFactory pipelines, Duration greetingDelay) {
        this.client = client;
        this.pipelines = pipelines;
        this.greetingDelay = greetingDelay;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        if (greetingDelay.isZero()) {
            greet(ctx);
        } else {
            timer = ctx.executor().schedule(() -> greet(ctx), greetingDelay.toMillis(), TimeUnit.MILLISECONDS);
            ctx.read();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf received = (ByteBuf) message;
        if (closing) {
            received.release();
            return;
        }
        cancelTimer();
        if (received.isReadable() && received.getUnsignedByte(received.readerIndex()) == HANDSHAKE_RECORD) {
            client.device().deviated(Deviation.TLS_ON_PLAINTEXT_PORT);
            handleClientHello(ctx, received);
        } else {
            if (!greetingDelay.isZero()) {
                pipelines.lateTlsClients().recordPlainText(client.address());
            }
            greet(ctx);
            ctx.fireChannelRead(received);
        }
        if (!closing) {
            ctx.pipeline().remove(this);
        }
    }

    private void handleClientHello(ChannelHandlerContext ctx, ByteBuf hello) {
        if (!greeted && client.tls() != ListenerTls.OFF) {
            pipelines.lateTlsClients().recordTimelyHandshake(client.address());
            pipelines.addTls(ctx.pipeline(), client);
            ctx.fireChannelRead(hello);
            return;
        }
        hello.release();
        closing = true;
        if (!greetingDelay.isZero()) {
            pipelines.lateTlsClients().recordLateHandshake(client.address());
        }
        pipelines.rejects().count(client.address(), reply());
        LingeringClose.send(ctx, Unpooled.EMPTY_BUFFER, false);
    }

    /// @return reply to record in the journal; not sent, because a client that expects TLS cannot read it
    private Reply reply() {
        return Reply.of(421, "4.7.0", reason());
    }

    private String reason() {
        if (client.tls() == ListenerTls.OFF) {
            return "TLS handshake on a plain-text port: set relay.tls.certificate, or turn off TLS on the device";
        }
        return greetingDelay.isZero()
                ? "TLS handshake on a plain-text port without TLS detection (relay.tls.detection-timeout is 0s, or a Unix"
                        + " socket): turn off TLS on the device, or set the device to STARTTLS"
                : "TLS handshake after the plain-text greeting; the next greeting to this client waits longer"
                        + " (relay.tls.detection-timeout)";
    }

    private void greet(ChannelHandlerContext ctx) {
        timer = null;
        if (!greeted && ctx.channel().isActive()) {
            greeted = true;
            pipelines.addSession(ctx.pipeline(), client);
            ctx.fireChannelActive();
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    /// Sends the greeting to a client that has closed its output.
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            cancelTimer();
            greet(ctx);
        }
        ctx.fireUserEventTriggered(event);
    }

    /// Closes the connection here because there is no session to handle errors before the greeting.
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionErrors.close(ctx, cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelTimer();
        ctx.fireChannelInactive();
    }
}
