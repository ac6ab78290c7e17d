package org.o365relay.accept;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.io.IOException;
import java.util.function.Consumer;
import org.o365relay.accept.session.Client;
import org.o365relay.accept.tls.OldTls;
import org.o365relay.mail.Deviation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows an [SslHandler] in the pipeline and waits for the TLS handshake. Removes itself after a successful
/// handshake, and closes the connection after a failed one. Counts [Deviation#OLD_TLS] and the deviations that
/// make a handshake fail.
@SuppressWarnings("FutureReturnValueIgnored") // a failed close makes the channel inactive
final class Handshake extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(Handshake.class);

    private final Client client;
    private final ClientHelloReader hello;
    private final RejectHandler rejects;
    private final Consumer<ChannelHandlerContext> onSuccess;

    /// @param hello the reader that precedes the [SslHandler] in the pipeline
    /// @param onSuccess called after a successful handshake; must fire [SslHandshakeCompletionEvent#SUCCESS]
    Handshake(
            Client client, ClientHelloReader hello, RejectHandler rejects, Consumer<ChannelHandlerContext> onSuccess) {
        this.client = client;
        this.hello = hello;
        this.rejects = rejects;
        this.onSuccess = onSuccess;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        if (ctx.channel().isActive()) {
            ctx.read();
        }
    }

    /// Does not forward the event, because the session must not send its greeting before the handshake is
    /// complete.
    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.read();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent) {
            ctx.close(); // a client that has closed its output cannot complete the handshake
        } else if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
            ctx.fireUserEventTriggered(event);
        } else if (handshake.isSuccess()) {
            countOldTls(ctx);
            onSuccess.accept(ctx);
            ctx.pipeline().remove(this);
        } else {
            failed(ctx, HandshakeFailure.of(handshake.cause(), client, hello));
        }
    }

    private void countOldTls(ChannelHandlerContext ctx) {
        String version =
                ctx.pipeline().get(SslHandler.class).engine().getSession().getProtocol();
        if (!OldTls.versions(false).contains(version)
                || hello.reasonWithoutOldTls().isPresent()) {
            client.device().deviated(Deviation.OLD_TLS);
        }
    }

    private void failed(ChannelHandlerContext ctx, HandshakeFailure failure) {
        switch (failure) {
            case HandshakeFailure.Disconnected() -> ctx.close();
            case HandshakeFailure.Reported(var reply, var deviation) -> {
                deviation.ifPresent(client.device()::deviated);
                rejects.close(ctx, client.address(), reply);
            }
        }
    }

    /// Logs the exception and closes the connection; [#userEventTriggered] counts and records the failure.
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof DecoderException || cause instanceof IOException) {
            log.debug("handshake with {} failed: {}", client.address(), cause.toString());
        } else {
            log.error("TLS handshake failed with an unexpected error", cause);
        }
        ctx.close();
    }
}
