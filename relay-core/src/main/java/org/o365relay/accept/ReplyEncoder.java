package org.o365relay.accept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;

/// Encodes replies as SMTP reply lines.
final class ReplyEncoder {

    private ReplyEncoder() {}

    // RFC 5321 §4.2.1, RFC 2034 §4
    static ByteBuf of(ChannelHandlerContext ctx, Reply reply) {
        EnhancedStatus status = reply.status();
        String enhanced = status == null ? "" : status + " ";
        List<String> lines = reply.lines();
        StringBuilder text = new StringBuilder(64);
        for (int i = 0; i < lines.size(); i++) {
            text.append(reply.code())
                    .append(i == lines.size() - 1 ? ' ' : '-')
                    .append(enhanced)
                    .append(lines.get(i))
                    .append("\r\n");
        }
        return ByteBufUtil.writeAscii(ctx.alloc(), text);
    }
}
