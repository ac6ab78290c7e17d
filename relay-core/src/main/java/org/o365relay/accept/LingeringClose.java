package org.o365relay.accept;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/// Says the last word and closes, leaving the client time to read it: closing with unread input would make the
/// system reset the connection and destroy the reply on its way.
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails shows as an inactive channel
final class LingeringClose {

    private static final long LINGER_SECONDS = 2;

    private LingeringClose() {}

    /// @param word may be empty
    /// @param clientIsDone whether the client sends no more, so that there is nothing to wait for
    static void send(ChannelHandlerContext ctx, ByteBuf word, boolean clientIsDone) {
        ctx.writeAndFlush(word).addListener((ChannelFutureListener) written -> {
            if (clientIsDone || !written.isSuccess()) {
                ctx.close();
            } else {
                endOutput(ctx);
                ctx.executor().schedule(() -> ctx.close(), LINGER_SECONDS, TimeUnit.SECONDS);
                ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
                ctx.channel().config().setAutoRead(true); // to hear the client close
            }
        });
    }

    private static void endOutput(ChannelHandlerContext ctx) {
        DuplexChannel channel = (DuplexChannel) ctx.channel();
        SslHandler tls = ctx.pipeline().get(SslHandler.class);
        if (tls == null) {
            channel.shutdownOutput();
        } else {
            tls.closeOutbound().addListener(_ -> channel.shutdownOutput()); // RFC 8446 §6.1
        }
    }
}
