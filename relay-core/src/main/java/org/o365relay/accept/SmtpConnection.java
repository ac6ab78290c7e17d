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
import org.o365relay.accept.session.AuthExchange;
import org.o365relay.accept.session.ContentDecoder;
import org.o365relay.accept.session.MailTransaction;
import org.o365relay.accept.session.RejectReplies;
import org.o365relay.accept.session.Session;
import org.o365relay.accept.session.SessionAction;
import org.o365relay.accept.session.SessionLimits;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// Connects a [Session] to a Netty channel: splits input into command lines and content, and sends replies.
///
/// Runs on the event loop of the channel and never blocks it. Reads only what it can process: while the queue
/// writes, TCP flow control slows the client down.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close makes the channel inactive
final class SmtpConnection extends ChannelInboundHandlerAdapter {

    /// Largest rejected chunk, in octets, that is skipped to continue the session; a larger one closes the
    /// session.
    private static final long MAX_SKIPPED = 64L * 1024 * 1024;

    private enum Phase {
        COMMAND,
        /// The rest of a line that was too long is skipped.
        SKIPPED_LINE,
        /// Content is read up to the final dot.
        CONTENT,
        /// Octets of a BDAT chunk are read.
        CHUNK,
        /// The queue or a password check has not finished; input is not processed.
        WAITING,
        /// The final reply was sent.
        CLOSING
    }

    private final Session session;
    private final int maxLine;
    private final int contentRate;
    private final SessionTimeouts timeouts;
    private final TlsStart tls;
    private Phase phase = Phase.COMMAND;
    private final InputBuffer input = new InputBuffer();
    private SessionAction.@Nullable ReadChunk chunk;
    private long chunkLeft;
    private @Nullable Future<?> checkTimeouts;
    private boolean bareLineFeeds;

    /// Whether the next line is a response to AUTH, not a command.
    private boolean expectsResponse;

    private boolean stopping;
    private boolean disconnected;
    private boolean inputEnded;

    SmtpConnection(Session session, SessionLimits limits, TlsStart tls) {
        this.session = session;
        this.maxLine = limits.commandLine();
        this.contentRate = limits.minimumDataRate();
        this.timeouts = new SessionTimeouts(limits);
        this.tls = tls;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        send(ctx, session.greeting());
        ctx.flush();
        timeouts.received(now(ctx), 0);
        scheduleTimeoutCheck(ctx);
        ctx.read();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf received = (ByteBuf) message;
        if (phase == Phase.CLOSING) {
            received.release();
            return;
        }
        timeouts.received(now(ctx), received.readableBytes());
        input.add(ctx.alloc(), received);
        consume(ctx);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
        readMore(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        disconnected = true;
        if (checkTimeouts != null) {
            checkTimeouts.cancel(false);
        }
        if (phase == Phase.WAITING) {
            session.cancelPending();
        } else {
            endSession();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        readMore(ctx);
    }

    /// Handles a client that has closed its output (TCP or TLS) and may still wait for replies (`nc -N`).
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
            inputEnded = true;
            if (phase != Phase.WAITING) {
                flushAndClose(ctx);
            } else if (input.isEmpty()) {
                session.cancelPending();
            }
        } else if (event == SslHandshakeCompletionEvent.SUCCESS) {
            session.tlsStarted();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionErrors.close(ctx, cause);
    }

    /// Closes the connection as soon as no message is being received. Call this on the event loop.
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
        input.trim();
        if (phase == Phase.SKIPPED_LINE || (phase == Phase.COMMAND && !input.isEmpty())) {
            timeouts.lineStarted(now(ctx));
        }
    }

    /// @return whether a complete line was processed
    private boolean command(ChannelHandlerContext ctx) {
        int maxLength = expectsResponse ? Math.max(maxLine, AuthExchange.MAX_LINE) : maxLine;
        int length = input.lineLength();
        if (length >= maxLength || (length < 0 && input.length() >= maxLength)) {
            expectsResponse = false;
            phase = Phase.SKIPPED_LINE;
            perform(ctx, session.lineTooLong());
            return true;
        }
        if (length < 0) {
            return false;
        }
        String line = input.takeLine(length);
        timeouts.lineEnded();
        bareLineFeeds = !line.endsWith("\r");
        expectsResponse = false;
        perform(ctx, session.line(line));
        return true;
    }

    private boolean skipLine() {
        boolean ended = input.skipLine();
        if (ended) {
            timeouts.lineEnded();
            phase = Phase.COMMAND;
        }
        return ended;
    }

    private boolean content(ChannelHandlerContext ctx) {
        if (input.isEmpty()) {
            return false;
        }
        if (decode(Integer.MAX_VALUE)) {
            MailTransaction ended = session.content();
            endOfContent(ctx, bareLineFeeds || ended.hasNonstandardEnd());
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
        if (input.isEmpty()) {
            return false;
        }
        int before = input.length();
        if (current.rejection() == null) {
            decode(chunkLeft);
            chunkLeft -= before - input.length();
            session.spill().ifPresent(written -> await(ctx, written, _ -> phase = Phase.CHUNK));
        } else {
            input.skip((int) Math.min(before, chunkLeft));
            chunkLeft -= before - input.length();
        }
        return true;
    }

    /// Decodes as much input as is available and fits into the buffer.
    ///
    /// @return whether the final dot was found
    private boolean decode(long max) {
        MailTransaction transaction = session.content();
        int length = (int) Math.min(Math.min(input.length(), transaction.room()), max);
        int consumed = transaction.decode(input.first(length));
        input.skip(consumed < 0 ? length : consumed);
        return consumed >= 0;
    }

    private void endOfChunk(ChannelHandlerContext ctx, SessionAction.ReadChunk ended) {
        chunk = null;
        phase = Phase.COMMAND;
        timeouts.contentEnded();
        if (ended.rejection() != null) {
            send(ctx, ended.rejection());
        } else if (ended.last()) {
            endOfContent(ctx, false);
        } else {
            send(ctx, session.endOfChunk());
        }
        if (stopping && phase == Phase.COMMAND) {
            closeForStop(ctx);
        }
    }

    /// @param ambiguous whether other servers could find a different end of the content
    private void endOfContent(ChannelHandlerContext ctx, boolean ambiguous) {
        timeouts.contentEnded();
        if (bareLineFeeds) {
            session.content().ignore(Deviation.BARE_LINE_FEED); // already checked with the first command
        } else if (ambiguous) {
            session.content().add(Deviation.NONSTANDARD_END_OF_DATA);
        }
        await(ctx, session.endOfContent(), reply -> afterContent(ctx, reply, ambiguous));
    }

    private void afterContent(ChannelHandlerContext ctx, @Nullable Reply reply, boolean ambiguous) {
        phase = Phase.COMMAND;
        if (reply != null) {
            send(ctx, reply);
        }
        if (stopping) {
            closeForStop(ctx);
        } else if (ambiguous) {
            // The rest may belong to the content (SMTP smuggling) and must not be read as commands.
            close(ctx, Reply.of(421, "4.7.0", "Lines must end with CRLF, closing connection"));
        }
    }

    /// Stops reading until the future is complete.
    private <T> void await(ChannelHandlerContext ctx, CompletableFuture<T> future, Consumer<@Nullable T> then) {
        if (future.isDone() && !future.isCompletedExceptionally()) {
            then.accept(future.getNow(null));
            return;
        }
        phase = Phase.WAITING;
        long since = now(ctx);
        var _ = future.whenComplete((result, _) -> ctx.executor().execute(() -> {
            if (phase == Phase.WAITING) {
                timeouts.resumed(since, now(ctx));
                then.accept(result);
                resume(ctx);
            }
        }));
    }

    private void resume(ChannelHandlerContext ctx) {
        consume(ctx);
        if (phase != Phase.WAITING && disconnected) {
            endSession(); // not earlier: the client may disconnect right after the final dot
        } else if (phase != Phase.WAITING && inputEnded) {
            flushAndClose(ctx);
        }
        ctx.flush();
        readMore(ctx);
    }

    private void scheduleTimeoutCheck(ChannelHandlerContext ctx) {
        long wait = phase == Phase.WAITING ? timeouts.maxInterval() : timeouts.untilNextCheck(now(ctx));
        checkTimeouts = ctx.executor().schedule(() -> checkTimeouts(ctx), wait, TimeUnit.NANOSECONDS);
    }

    private void checkTimeouts(ChannelHandlerContext ctx) {
        boolean isReplyUnread = phase == Phase.CLOSING && timeouts.timeout(now(ctx)) != SessionTimeouts.Timeout.NONE;
        if (isReplyUnread) {
            ctx.close();
            return;
        }
        if (phase != Phase.WAITING && phase != Phase.CLOSING) { // no timeout while the client waits for the relay
            closeIfTimedOut(ctx);
        }
        if (!disconnected) {
            scheduleTimeoutCheck(ctx);
        }
    }

    private void closeIfTimedOut(ChannelHandlerContext ctx) {
        switch (timeouts.timeout(now(ctx))) {
            case NONE -> {}
            case IDLE -> close(ctx, session.idleTimeout(RejectReplies.idleTimeout()));
            case COMMAND -> close(ctx, session.timedOut(RejectReplies.commandTimeout()));
            case CONTENT -> close(ctx, session.timedOut(RejectReplies.contentTooSlow(contentRate)));
        }
    }

    private static long now(ChannelHandlerContext ctx) {
        return ctx.executor().ticker().nanoTime();
    }

    private void perform(ChannelHandlerContext ctx, SessionAction action) {
        switch (action) {
            case SessionAction.Send(Reply reply) -> send(ctx, reply);
            case SessionAction.ReadContent(Reply reply) -> {
                send(ctx, reply);
                session.content()
                        .decoder(new ContentDecoder(
                                bareLineFeeds || session.accepts(Deviation.NONSTANDARD_END_OF_DATA)));
                phase = Phase.CONTENT;
                timeouts.contentBegins(now(ctx));
            }
            case SessionAction.ReadChunk next -> beginChunk(ctx, next);
            case SessionAction.SendAndClose(Reply reply) -> close(ctx, reply);
            case SessionAction.SendAndReadLine(Reply reply) -> {
                send(ctx, reply);
                expectsResponse = true;
            }
            case SessionAction.Await(CompletableFuture<SessionAction> later) ->
                await(ctx, later, then -> performNow(ctx, then));
            case SessionAction.StartTls(Reply reply) -> startTls(ctx, reply);
        }
    }

    private void beginChunk(ChannelHandlerContext ctx, SessionAction.ReadChunk next) {
        Reply rejection =
                next.rejection() == null ? session.content().rejection().orElse(null) : next.rejection();
        if (rejection != null && next.size() > MAX_SKIPPED) {
            close(ctx, rejection);
            return;
        }
        chunk = next;
        chunkLeft = next.size();
        phase = Phase.CHUNK;
        timeouts.contentBegins(now(ctx));
    }

    private void performNow(ChannelHandlerContext ctx, @Nullable SessionAction action) {
        phase = Phase.COMMAND;
        if (action != null) {
            perform(ctx, action);
        }
        if (stopping && phase == Phase.COMMAND) {
            closeForStop(ctx);
        }
    }

    /// Sends the last plain-text reply and discards plain text that was sent after the command.
    // RFC 3207 §4
    private void startTls(ChannelHandlerContext ctx, Reply reply) {
        send(ctx, reply);
        ctx.flush();
        boolean hasEarlyData = !input.isEmpty();
        input.discard();
        tls.begin(ctx.pipeline(), hasEarlyData);
    }

    private void send(ChannelHandlerContext ctx, Reply reply) {
        ctx.write(ReplyEncoder.of(ctx, reply), ctx.voidPromise());
    }

    private void closeForStop(ChannelHandlerContext ctx) {
        close(ctx, Reply.of(421, "4.3.2", "Service shutting down, try again later"));
    }

    private void close(ChannelHandlerContext ctx, Reply reply) {
        phase = Phase.CLOSING;
        timeouts.closing(now(ctx));
        session.end();
        LingeringClose.send(ctx, ReplyEncoder.of(ctx, reply), reply.code() == 221);
    }

    /// Sends pending replies and closes; the client has closed its output.
    private void flushAndClose(ChannelHandlerContext ctx) {
        endSession();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private void endSession() {
        if (phase != Phase.CLOSING && !stopping) {
            boolean inContent = phase == Phase.CONTENT || phase == Phase.CHUNK;
            session.disconnected(inContent ? Deviation.DISCONNECT_IN_MESSAGE : Deviation.NO_QUIT);
        }
        phase = Phase.CLOSING;
        input.discard();
        session.end();
    }

    private void readMore(ChannelHandlerContext ctx) {
        boolean clientReadsReplies = ctx.channel().isWritable();
        if (phase != Phase.WAITING && clientReadsReplies) {
            ctx.read();
        }
    }
}
