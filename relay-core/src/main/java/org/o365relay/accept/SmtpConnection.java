package org.o365relay.accept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// One client on Netty: cuts what comes in into command lines and content for the [Session], and sends its
/// replies.
///
/// Runs on the connection's event loop and never blocks it. Reads only when it can use what it reads: while the
/// queue is writing, the client waits, in the end by TCP's own flow control.
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails shows as an inactive channel
final class SmtpConnection extends ChannelInboundHandlerAdapter {

    /// The largest refused chunk that is read to its end, so that the session can go on behind it.
    private static final long MOST_SKIPPED = 64L * 1024 * 1024;

    private enum Phase {
        COMMAND,
        /// The rest of a line that was too long.
        SKIPPED_LINE,
        /// Up to the final dot.
        CONTENT,
        /// As many octets as BDAT said.
        CHUNK,
        /// For the queue.
        WAITING,
        /// Said the last word.
        CLOSING
    }

    private final Session session;
    private final int longestLine;
    private final int contentRate;
    private final SessionTimeouts patience;
    private final TlsStart tls;
    private Phase phase = Phase.COMMAND;
    private final InputBuffer unread = new InputBuffer();
    private SessionAction.@Nullable ReadChunk chunk;
    private long chunkLeft;
    private @Nullable Future<?> look;
    private boolean bareLineFeeds;

    /// Whether the next line is not a command, but part of a login.
    private boolean asked;

    private boolean stopping;
    private boolean gone;
    private boolean inputEnded;

    SmtpConnection(Session session, SessionLimits limits, TlsStart tls) {
        this.session = session;
        this.longestLine = limits.commandLine();
        this.contentRate = limits.minimumDataRate();
        this.patience = new SessionTimeouts(limits);
        this.tls = tls;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        say(ctx, session.greeting());
        ctx.flush();
        patience.heard(now(ctx), 0);
        lookAgain(ctx);
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf received = (ByteBuf) message;
        if (phase == Phase.CLOSING) {
            received.release();
            return;
        }
        patience.heard(now(ctx), received.readableBytes());
        unread.add(ctx.alloc(), received);
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
        if (look != null) {
            look.cancel(false);
        }
        if (phase == Phase.WAITING) {
            session.leftWaiting();
        } else {
            forget();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        readOn(ctx);
    }

    /// A client that ends its side, or TLS on its side, has said all it will, and may still wait for the reply
    /// (`nc -N`).
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
            inputEnded = true;
            if (phase != Phase.WAITING) {
                leave(ctx);
            } else if (unread.isEmpty()) {
                session.leftWaiting();
            }
        } else if (event == SslHandshakeCompletionEvent.SUCCESS) {
            session.secured();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionErrors.close(ctx, cause);
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
                case CHUNK -> chunk(ctx, Objects.requireNonNull(chunk));
                case WAITING, CLOSING -> false;
            };
        }
        unread.trim();
        if (phase == Phase.SKIPPED_LINE || (phase == Phase.COMMAND && !unread.isEmpty())) {
            patience.lineOpen(now(ctx));
        }
    }

    /// @return whether there was a whole line
    private boolean command(ChannelHandlerContext ctx) {
        int longest = asked ? Math.max(longestLine, AuthExchange.LONGEST_LINE) : longestLine;
        int length = unread.lineLength();
        if (length >= longest || (length < 0 && unread.length() >= longest)) {
            asked = false;
            phase = Phase.SKIPPED_LINE;
            answer(ctx, session.tooLong());
            return true;
        }
        if (length < 0) {
            return false;
        }
        String line = unread.takeLine(length);
        patience.lineEnded();
        bareLineFeeds = !line.endsWith("\r");
        asked = false;
        answer(ctx, session.line(line));
        return true;
    }

    private boolean skipLine() {
        boolean ended = unread.skipLine();
        if (ended) {
            patience.lineEnded();
            phase = Phase.COMMAND;
        }
        return ended;
    }

    private boolean content(ChannelHandlerContext ctx) {
        if (unread.isEmpty()) {
            return false;
        }
        if (decode(Integer.MAX_VALUE)) {
            MailTransaction ended = session.content();
            endOfContent(ctx, bareLineFeeds || ended.endedLeniently());
        } else {
            session.spill().ifPresent(written -> await(ctx, written, _ -> phase = Phase.CONTENT));
        }
        return true;
    }

    private boolean chunk(ChannelHandlerContext ctx, SessionAction.ReadChunk current) {
        if (chunkLeft == 0) {
            endOfChunk(ctx, current);
            return true;
        }
        if (unread.isEmpty()) {
            return false;
        }
        int before = unread.length();
        if (current.refusal() == null) {
            decode(chunkLeft);
            chunkLeft -= before - unread.length();
            session.spill().ifPresent(written -> await(ctx, written, _ -> phase = Phase.CHUNK));
        } else {
            unread.skip((int) Math.min(before, chunkLeft));
            chunkLeft -= before - unread.length();
        }
        return true;
    }

    /// Takes as much as there is and there is room for.
    ///
    /// @return whether the final dot was there
    private boolean decode(long most) {
        MailTransaction transaction = session.content();
        int length = (int) Math.min(Math.min(unread.length(), transaction.room()), most);
        int taken = transaction.decode(unread.first(length));
        unread.skip(taken < 0 ? length : taken);
        return taken >= 0;
    }

    private void endOfChunk(ChannelHandlerContext ctx, SessionAction.ReadChunk ended) {
        chunk = null;
        phase = Phase.COMMAND;
        patience.contentEnded();
        if (ended.refusal() != null) {
            say(ctx, ended.refusal());
        } else if (ended.last()) {
            endOfContent(ctx, false);
        } else {
            say(ctx, session.endOfChunk());
        }
        if (stopping && phase == Phase.COMMAND) {
            closeForStop(ctx);
        }
    }

    /// @param ambiguous whether others might see the end of the content elsewhere
    private void endOfContent(ChannelHandlerContext ctx, boolean ambiguous) {
        patience.contentEnded();
        if (bareLineFeeds) {
            session.content().excuse(Deviation.BARE_LINE_FEED); // was judged with its first command
        } else if (ambiguous) {
            session.content().note(Deviation.LENIENT_END);
        }
        await(ctx, session.endOfContent(), reply -> afterContent(ctx, reply, ambiguous));
    }

    private void afterContent(ChannelHandlerContext ctx, @Nullable Reply reply, boolean ambiguous) {
        phase = Phase.COMMAND;
        if (reply != null) {
            say(ctx, reply);
        }
        if (stopping) {
            closeForStop(ctx);
        } else if (ambiguous) {
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
        long since = now(ctx);
        var _ = future.whenComplete((result, _) -> ctx.executor().execute(() -> {
            if (phase == Phase.WAITING) {
                patience.waited(since, now(ctx));
                then.accept(result);
                goOn(ctx);
            }
        }));
    }

    private void goOn(ChannelHandlerContext ctx) {
        consume(ctx);
        if (phase != Phase.WAITING && gone) {
            forget(); // not before: devices hang up right after the final dot, and the message counts
        } else if (phase != Phase.WAITING && inputEnded) {
            leave(ctx);
        }
        ctx.flush();
        readOn(ctx);
    }

    private void lookAgain(ChannelHandlerContext ctx) {
        long wait = phase == Phase.WAITING ? patience.longest() : patience.untilNext(now(ctx));
        look = ctx.executor().schedule(() -> look(ctx), wait, TimeUnit.NANOSECONDS);
    }

    private void look(ChannelHandlerContext ctx) {
        boolean lastWordUnread = phase == Phase.CLOSING && patience.verdict(now(ctx)) != SessionTimeouts.Verdict.FINE;
        if (lastWordUnread) {
            ctx.close();
            return;
        }
        if (phase != Phase.WAITING && phase != Phase.CLOSING) { // if it is not we who are silent
            judge(ctx);
        }
        if (!gone) {
            lookAgain(ctx);
        }
    }

    private void judge(ChannelHandlerContext ctx) {
        switch (patience.verdict(now(ctx))) {
            case FINE -> {}
            case SILENT -> close(ctx, session.silent(RejectReplies.silent()));
            case SLOW_COMMAND -> close(ctx, session.tooSlow(RejectReplies.slowCommand()));
            case SLOW_CONTENT -> close(ctx, session.tooSlow(RejectReplies.slowContent(contentRate)));
        }
    }

    private static long now(ChannelHandlerContext ctx) {
        return ctx.executor().ticker().nanoTime();
    }

    private void answer(ChannelHandlerContext ctx, SessionAction answer) {
        switch (answer) {
            case SessionAction.Say(Reply reply) -> say(ctx, reply);
            case SessionAction.ReadContent(Reply reply) -> {
                say(ctx, reply);
                session.content()
                        .decodeWith(new ContentDecoder(bareLineFeeds || session.accepts(Deviation.LENIENT_END)));
                phase = Phase.CONTENT;
                patience.contentBegins(now(ctx));
            }
            case SessionAction.ReadChunk next -> beginChunk(ctx, next);
            case SessionAction.SayAndClose(Reply reply) -> close(ctx, reply);
            case SessionAction.Ask(Reply reply) -> {
                say(ctx, reply);
                asked = true;
            }
            case SessionAction.Later(CompletableFuture<SessionAction> later) ->
                await(ctx, later, then -> answerNow(ctx, then));
            case SessionAction.StartTls(Reply reply) -> startTls(ctx, reply);
        }
    }

    private void beginChunk(ChannelHandlerContext ctx, SessionAction.ReadChunk next) {
        Reply refusal = next.refusal() == null ? session.content().refusal().orElse(null) : next.refusal();
        if (refusal != null && next.size() > MOST_SKIPPED) {
            close(ctx, refusal);
            return;
        }
        chunk = next;
        chunkLeft = next.size();
        phase = Phase.CHUNK;
        patience.contentBegins(now(ctx));
    }

    private void answerNow(ChannelHandlerContext ctx, @Nullable SessionAction answer) {
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
        boolean talkedOn = !unread.isEmpty();
        unread.drop();
        tls.begin(ctx.pipeline(), talkedOn);
    }

    private void say(ChannelHandlerContext ctx, Reply reply) {
        ctx.write(ReplyText.of(ctx, reply), ctx.voidPromise());
    }

    private void closeForStop(ChannelHandlerContext ctx) {
        close(ctx, Reply.of(421, "4.3.2", "The relay is stopping, try again later"));
    }

    private void close(ChannelHandlerContext ctx, Reply reply) {
        phase = Phase.CLOSING;
        patience.lastWord(now(ctx));
        session.ended();
        LingeringClose.say(ctx, ReplyText.of(ctx, reply), reply.code() == 221);
    }

    /// The client sends no more: it gets its replies, and that is that.
    private void leave(ChannelHandlerContext ctx) {
        forget();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private void forget() {
        if (phase != Phase.CLOSING && !stopping) {
            boolean inContent = phase == Phase.CONTENT || phase == Phase.CHUNK;
            session.lost(inContent ? Deviation.CUT_OFF : Deviation.NO_QUIT);
        }
        phase = Phase.CLOSING;
        unread.drop();
        session.ended();
    }

    private void readOn(ChannelHandlerContext ctx) {
        boolean clientReadsReplies = ctx.channel().isWritable();
        if (phase != Phase.WAITING && clientReadsReplies) {
            ctx.read();
        }
    }
}
