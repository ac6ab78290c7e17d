package org.o365relay.accept;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;
import java.util.concurrent.TimeUnit;

/// Sends a final reply and closes the connection at most two seconds after the reply is written. Closing
/// immediately with unread input would make the kernel reset the connection and discard the reply.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close makes the channel inactive
final class LingeringClose {

    private static final long LINGER_SECONDS = 2;

    private LingeringClose() {}

    /// @param reply final reply; may be empty
    /// @param clientIsDone whether the client has finished sending; if so, the connection is closed as soon as
    ///     the reply is written
    static void send(ChannelHandlerContext ctx, ByteBuf reply, boolean clientIsDone) {
        ctx.writeAndFlush(reply).addListener((ChannelFutureListener) written -> {
            if (clientIsDone || !written.isSuccess() || !(ctx.channel() instanceof DuplexChannel)) {
                ctx.close();
            } else {
                endOutput(ctx);
                ctx.executor().schedule(() -> ctx.close(), LINGER_SECONDS, TimeUnit.SECONDS);
                ctx.channel().config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, false);
                ctx.channel().config().setAutoRead(true); // to detect when the client closes the connection
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
