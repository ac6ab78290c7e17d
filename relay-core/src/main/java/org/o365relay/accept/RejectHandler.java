package org.o365relay.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import org.o365relay.accept.ConnectionLimiter.Result;
import org.o365relay.admit.Devices;
import org.o365relay.mail.Reply;

/// Sends clients away that may not come in. Each is counted and told why; but those who are told linger until
/// they have read it, so when too many do, the next are closed without a word.
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails shows as an inactive channel
final class RejectHandler {

    static final int MAX_LINGERING = 500;
    static final int MAX_LINGERING_PER_CLIENT = 5;

    private final Devices devices;
    private final RejectLog rejectLog;
    private final ConnectionLimiter lingering = new ConnectionLimiter(MAX_LINGERING);

    RejectHandler(Devices devices, RejectLog journal) {
        this.devices = devices;
        this.rejectLog = journal;
    }

    /// Turns a connection away that has said nothing yet; the end of its pipeline hears later that it is active.
    ///
    /// @param inTls whether the client expects TLS; a handshake only to say no is too dear, and is not made
    void reject(Channel channel, InetAddress client, Reply reply, boolean inTls) {
        count(client, reply);
        if (!inTls && lingering.acquire(client, MAX_LINGERING_PER_CLIENT) == Result.ADMITTED) {
            channel.closeFuture().addListener(_ -> lingering.release(client));
            channel.pipeline().addLast(new SendReply(reply));
        } else {
            channel.close();
        }
    }

    /// Ends a connection that cannot be told why, because it does not speak the language.
    void close(ChannelHandlerContext ctx, InetAddress client, Reply reply) {
        count(client, reply);
        ctx.close();
    }

    /// Counts one that is turned away by others.
    void count(InetAddress client, Reply reply) {
        devices.at(client).rejected();
        rejectLog.rejected(client, reply);
    }

    /// Says why as soon as the connection is there, and hears nothing.
    private static final class SendReply extends ChannelInboundHandlerAdapter {

        private final Reply reply;

        SendReply(Reply reply) {
            this.reply = reply;
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            LingeringClose.send(ctx, ReplyEncoder.of(ctx, reply), false);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ReferenceCountUtil.release(message);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ConnectionErrors.close(ctx, cause);
        }
    }
}
