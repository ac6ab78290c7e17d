package org.o365relay.accept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleStateEvent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client on Netty: cuts what comes in into command lines and content for the [Session], and sends its
/// replies.
///
/// Runs on the connection's event loop and never blocks it. Reads only when it can use what it reads: while the
/// queue is writing, the client waits, in the end by TCP's own flow control.
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails shows as an inactive channel
final class SmtpConnection extends ChannelInboundHandlerAdapter {

    private static final Logger log = LoggerFactory.getLogger(SmtpConnection.class);
    private static final long LINGER_SECONDS = 2;

    private enum Phase {
        COMMAND,
        /// The rest of a line that was too long.
        SKIPPED_LINE,
        CONTENT,
        /// For the queue.
        WAITING,
        /// Said the last word.
        CLOSING
    }

    private final Session session;
    private final int longestLine;
    private final TlsStart tls;
    private Phase phase = Phase.COMMAND;
    private ByteBuf unread = Unpooled.EMPTY_BUFFER;
    private ContentDecoder decoder = new ContentDecoder(false);
    private boolean bareLineFeeds;

    /// Whether the next line is not a command, but part of a login.
    private boolean asked;

    private boolean stopping;
    private boolean gone;

    SmtpConnection(Session session, int longestLine, TlsStart tls) {
        this.session = session;
        this.longestLine = longestLine;
        this.tls = tls;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        say(ctx, session.greeting());
        ctx.flush();
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf received = (ByteBuf) message;
        if (phase == Phase.CLOSING) {
            received.release();
            return;
        }
        unread = unread.isReadable() ? append(unread, received) : replace(unread, received);
        consume(ctx);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
        readOn(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone = true;
        if (phase != Phase.WAITING) {
            forget();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        readOn(ctx);
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof IdleStateEvent) {
            switch (phase) {
                case COMMAND, SKIPPED_LINE, CONTENT ->
                    close(ctx, Reply.of(421, "4.4.2", "Nothing heard for too long (relay.limits.idle-timeout)"));
                case WAITING -> {} // it is we who are silent
                case CLOSING -> ctx.close(); // the client does not read the last word
            }
        } else if (event == SslHandshakeCompletionEvent.SUCCESS) {
            session.secured();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            log.debug("connection lost: {}", cause.toString());
        } else {
            log.error("a connection failed", cause);
        }
        ctx.close();
    }

    /// Ends the connection as soon as no message is in the middle of being received. On the event loop.
    void stop(ChannelHandlerContext ctx) {
        stopping = true;
        if (phase == Phase.COMMAND || phase == Phase.SKIPPED_LINE) {
            closeForStop(ctx);
            ctx.flush();
        }
    }

    private void consume(ChannelHandlerContext ctx) {
        boolean progress = true;
        while (progress) {
            progress = switch (phase) {
                case COMMAND -> command(ctx);
                case SKIPPED_LINE -> skipLine();
                case CONTENT -> content(ctx);
                case WAITING, CLOSING -> false;
            };
        }
        if (!unread.isReadable()) {
            unread = replace(unread, Unpooled.EMPTY_BUFFER); // an idle client costs no buffer
        }
    }

    /// @return whether there was a whole line
    private boolean command(ChannelHandlerContext ctx) {
        int longest = asked ? Math.max(longestLine, Login.LONGEST_LINE) : longestLine;
        int length = unread.bytesBefore((byte) '\n');
        if (length >= longest || (length < 0 && unread.readableBytes() >= longest)) {
            asked = false;
            phase = Phase.SKIPPED_LINE;
            answer(ctx, session.tooLong());
            return true;
        }
        if (length < 0) {
            return false;
        }
        String line = unread.toString(unread.readerIndex(), length, StandardCharsets.UTF_8);
        unread.skipBytes(length + 1);
        bareLineFeeds = !line.endsWith("\r");
        asked = false;
        answer(ctx, session.line(line));
        return true;
    }

    private boolean skipLine() {
        int length = unread.bytesBefore((byte) '\n');
        unread.skipBytes(length < 0 ? unread.readableBytes() : length + 1);
        if (length >= 0) {
            phase = Phase.COMMAND;
        }
        return length >= 0;
    }

    private boolean content(ChannelHandlerContext ctx) {
        if (!unread.isReadable()) {
            return false;
        }
        Transaction transaction = session.content();
        int length = Math.min(unread.readableBytes(), transaction.room());
        byte[] bytes = ByteBufUtil.getBytes(unread, unread.readerIndex(), length);
        int taken = decoder.decode(bytes, 0, length, transaction.buffer());
        unread.skipBytes(taken < 0 ? length : taken);
        if (taken >= 0) {
            await(ctx, session.endOfContent(), reply -> endOfContent(ctx, reply));
        } else {
            session.spill().ifPresent(written -> await(ctx, written, _ -> phase = Phase.CONTENT));
        }
        return true;
    }

    private void endOfContent(ChannelHandlerContext ctx, @Nullable Reply reply) {
        phase = Phase.COMMAND;
        if (reply != null) {
            say(ctx, reply);
        }
        if (stopping) {
            closeForStop(ctx);
        } else if (bareLineFeeds) {
            // What follows may be the rest of a message that had a lone dot in it: it must not be read as commands.
            close(ctx, Reply.of(421, "4.7.0", "Lines must end in CRLF to send more than one message"));
        }
    }

    /// Stops reading until the queue is done, then goes on.
    private <T> void await(ChannelHandlerContext ctx, CompletableFuture<T> future, Consumer<@Nullable T> then) {
        if (future.isDone() && !future.isCompletedExceptionally()) {
            then.accept(future.getNow(null));
            return;
        }
        phase = Phase.WAITING;
        var _ = future.whenComplete((result, _) -> ctx.executor().execute(() -> {
            if (phase == Phase.WAITING) {
                then.accept(result);
                consume(ctx);
                if (gone && phase != Phase.WAITING) {
                    forget(); // not before: devices hang up right after the final dot, and the message counts
                }
                ctx.flush();
                readOn(ctx);
            }
        }));
    }

    private void answer(ChannelHandlerContext ctx, Answer answer) {
        switch (answer) {
            case Answer.Say(Reply reply) -> say(ctx, reply);
            case Answer.ReadContent(Reply reply) -> {
                say(ctx, reply);
                decoder = new ContentDecoder(bareLineFeeds);
                phase = Phase.CONTENT;
            }
            case Answer.SayAndClose(Reply reply) -> close(ctx, reply);
            case Answer.Ask(Reply reply) -> {
                say(ctx, reply);
                asked = true;
            }
            case Answer.Later(CompletableFuture<Answer> later) -> await(ctx, later, then -> answerNow(ctx, then));
            case Answer.StartTls(Reply reply) -> startTls(ctx, reply);
            case Answer.ReadChunk _ -> throw new IllegalStateException(answer.toString());
        }
    }

    private void answerNow(ChannelHandlerContext ctx, @Nullable Answer answer) {
        phase = Phase.COMMAND;
        if (answer != null) {
            answer(ctx, answer);
        }
        if (stopping && phase == Phase.COMMAND) {
            closeForStop(ctx);
        }
    }

    /// The reply is the last thing in plain text, and what came in plain text after the command is not obeyed.
    // RFC 3207 §4
    private void startTls(ChannelHandlerContext ctx, Reply reply) {
        say(ctx, reply);
        ctx.flush();
        boolean talkedOn = unread.isReadable();
        unread = replace(unread, Unpooled.EMPTY_BUFFER);
        tls.begin(ctx.pipeline(), talkedOn);
    }

    private void say(ChannelHandlerContext ctx, Reply reply) {
        ctx.write(encode(ctx, reply), ctx.voidPromise());
    }

    private void closeForStop(ChannelHandlerContext ctx) {
        close(ctx, Reply.of(421, "4.3.2", "The relay is stopping, try again later"));
    }

    /// Says the last word and closes, leaving the client time to read it: closing with unread input would make
    /// the system reset the connection and destroy the reply on its way.
    private void close(ChannelHandlerContext ctx, Reply reply) {
        phase = Phase.CLOSING;
        session.endTransaction();
        closeAfter(ctx, encode(ctx, reply), reply.code() == 221);
    }

    static void closeAfter(ChannelHandlerContext ctx, ByteBuf lastWord, boolean clientIsDone) {
        ctx.writeAndFlush(lastWord).addListener((ChannelFutureListener) written -> {
            if (clientIsDone || !written.isSuccess()) {
                ctx.close();
            } else {
                ((DuplexChannel) ctx.channel()).shutdownOutput();
                ctx.executor().schedule(() -> ctx.close(), LINGER_SECONDS, TimeUnit.SECONDS);
                ctx.channel().config().setAutoRead(true); // to hear the client close
            }
        });
    }

    private void forget() {
        if (phase != Phase.CLOSING && !stopping) {
            session.lost(phase == Phase.CONTENT ? Deviation.CUT_OFF : Deviation.NO_QUIT);
        }
        phase = Phase.CLOSING;
        unread = replace(unread, Unpooled.EMPTY_BUFFER);
        session.endTransaction();
    }

    private void readOn(ChannelHandlerContext ctx) {
        boolean clientReadsReplies = ctx.channel().isWritable();
        if (phase != Phase.WAITING && clientReadsReplies) {
            ctx.read();
        }
    }

    // RFC 5321 §4.2.1, RFC 2034 §4
    static ByteBuf encode(ChannelHandlerContext ctx, Reply reply) {
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

    private static ByteBuf append(ByteBuf unread, ByteBuf received) {
        unread.discardSomeReadBytes().writeBytes(received);
        received.release();
        return unread;
    }

    private static ByteBuf replace(ByteBuf consumed, ByteBuf received) {
        consumed.release();
        return received;
    }
}
