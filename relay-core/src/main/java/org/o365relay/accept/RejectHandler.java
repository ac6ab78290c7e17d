package org.o365relay.accept;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import org.o365relay.accept.ConnectionLimiter.Result;
import org.o365relay.accept.session.RejectLog;
import org.o365relay.admit.Devices;
import org.o365relay.journal.Event.Rejected;
import org.o365relay.mail.Reply;

/// Rejects connections: counts and logs them, sends the reply and closes them. A connection stays open for up
/// to two seconds after the reply; if too many connections are in this state, further ones are closed without a
/// reply.
@SuppressWarnings("FutureReturnValueIgnored") // a failed close makes the channel inactive
final class RejectHandler {

    static final int MAX_LINGERING = 500;
    static final int MAX_LINGERING_PER_CLIENT = 5;

    private final Devices devices;
    private final RejectLog rejectLog;
    private final ConnectionLimiter lingering = new ConnectionLimiter(MAX_LINGERING);

    RejectHandler(Devices devices, RejectLog rejectLog) {
        this.devices = devices;
        this.rejectLog = rejectLog;
    }

    /// Rejects a new connection. The reply is sent on `channelActive`.
    ///
    /// @param expectsTls whether the client expects TLS; if so, no reply is sent, because a handshake would be
    ///     too expensive
    void reject(Channel channel, InetAddress client, Reply reply, boolean expectsTls) {
        count(client, reply);
        if (!expectsTls && lingering.acquire(client, MAX_LINGERING_PER_CLIENT) == Result.ADMITTED) {
            channel.closeFuture().addListener(_ -> lingering.release(client));
            channel.pipeline().addLast(new SendReply(reply));
        } else {
            channel.close();
        }
    }

    /// Counts and logs a rejection, and closes the connection without sending the reply.
    void close(ChannelHandlerContext ctx, InetAddress client, Reply reply) {
        count(client, reply);
        ctx.close();
    }

    /// Counts and logs a rejection.
    void count(InetAddress client, Reply reply) {
        devices.at(client).rejected();
        rejectLog.record(new Rejected(client, "", null, null, reply));
    }

    /// Sends the reply on `channelActive` and discards all input.
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
