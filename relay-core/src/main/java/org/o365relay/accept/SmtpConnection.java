package org.o365relay.accept;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.o365relay.accept.session.MessageReceiver;
import org.o365relay.accept.session.Session;
import org.o365relay.accept.session.SessionAction;
import org.o365relay.accept.session.SessionLimits;
import org.o365relay.mail.Deviation;
import org.o365relay.mail.Reply;

/// Connects a [Session] to a Netty channel: passes command lines to the session and content to its
/// [MessageReceiver], and sends their replies.
///
/// Runs on the event loop of the channel and never blocks it. Reads only what it can process: while the queue
/// writes, TCP flow control slows the client down.
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or close makes the channel inactive
final class SmtpConnection extends ChannelInboundHandlerAdapter {

    private static final Reply STOPPING = Reply.of(421, "4.3.2", "Service shutting down, try again later");

    private final Session session;
    private final MessageReceiver receiver;
    private final int maxLine;
    private final SessionTimeouts timeouts;
    private final TimeoutChecks checks;
    private final TlsStart tls;
    private final PacedReads reads;
    private ConnectionPhase phase = ConnectionPhase.COMMAND;
    private final InputBuffer input;

    /// Whether the next line is a response in an AUTH exchange, not a command.
    private boolean expectsResponse;

    private boolean stopping;
    private boolean disconnected;
    private boolean inputEnded;

    SmtpConnection(Session session, SessionLimits limits, TlsStart tls, ReceiveMemory memory) {
        this.session = session;
        this.receiver = session.receiver();
        this.maxLine = limits.commandLine();
        this.timeouts = new SessionTimeouts(limits);
        this.checks = new TimeoutChecks(timeouts);
        this.tls = tls;
        this.reads = new PacedReads(memory);
        this.input = new InputBuffer(memory);
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
        if (phase == ConnectionPhase.CLOSING || inputEnded) {
            received.release();
            return;
        }
        timeouts.received(now(ctx), received.readableBytes());
        input.add(ctx.alloc(), received);
        if (phase != ConnectionPhase.WAITING) {
            consume(ctx);
        } else if (reads.isTooMuch(ctx, input.length())) { // the client has closed its output
            input.discard();
            inputEnded = true;
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        ctx.flush();
        readMore(ctx);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        disconnected = true;
        checks.cancel();
        if (phase == ConnectionPhase.WAITING) {
            session.cancelPending();
        } else {
            endSession();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        readMore(ctx);
    }

    /// Handles handshakes, and clients that close their output (TCP or TLS) but may await replies (`nc -N`).
    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownEvent || event == SslCloseCompletionEvent.SUCCESS) {
            inputEnded = true;
            if (phase != ConnectionPhase.WAITING) {
                flushAndClose(ctx);
            } else if (input.isEmpty()) {
                session.cancelPending();
            }
        } else if (event == SslHandshakeCompletionEvent.SUCCESS) {
            reads.tlsStarted();
            session.tlsStarted();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ConnectionErrors.close(ctx, cause);
    }

    /// Closes the connection once no content, write or login is in progress. Must be called on the event loop.
    void stop(ChannelHandlerContext ctx) {
        stopping = true;
        if (phase == ConnectionPhase.COMMAND || phase == ConnectionPhase.SKIPPED_LINE) {
            close(ctx, STOPPING);
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
        input.trim();
        if (phase == ConnectionPhase.SKIPPED_LINE || (phase == ConnectionPhase.COMMAND && !input.isEmpty())) {
            timeouts.lineStarted(now(ctx));
        }
    }

    /// @return whether a complete line, or the beginning of a line that is too long, was processed
    private boolean command(ChannelHandlerContext ctx) {
        int maxLength = expectsResponse ? Math.max(maxLine, SessionAction.SendAndReadLine.MAX_LINE) : maxLine;
        int length = input.lineLength();
        if (length >= maxLength || (length < 0 && input.length() >= maxLength)) {
            expectsResponse = false;
            phase = ConnectionPhase.SKIPPED_LINE;
            perform(ctx, session.lineTooLong());
            return true;
        }
        if (length < 0) {
            return false;
        }
        String line = input.takeLine(length);
        timeouts.lineEnded();
        expectsResponse = false;
        perform(ctx, session.line(line));
        return true;
    }

    private boolean skipLine() {
        if (!input.skipLine()) {
            return false;
        }
        timeouts.lineEnded();
        phase = ConnectionPhase.COMMAND;
        return true;
    }

    /// @return whether content, or its end, was processed
    private boolean content(ChannelHandlerContext ctx) {
        if (receiver.isComplete()) {
            timeouts.contentEnded();
            await(ctx, receiver.end(), reply -> afterContent(ctx, reply));
            return true;
        }
        if (input.isEmpty()) {
            return false;
        }
        int length = Math.min(input.length(), receiver.room());
        input.skip(receiver.receive(input.first(length)));
        receiver.spill().ifPresent(written -> await(ctx, written, _ -> phase = ConnectionPhase.CONTENT));
        return true;
    }

    private void afterContent(ChannelHandlerContext ctx, @Nullable Reply reply) {
        performNow(ctx, reply == null ? null : new SessionAction.Send(reply));
        if (phase == ConnectionPhase.COMMAND && receiver.isEndAmbiguous()) {
            // The remaining input may belong to the content (SMTP smuggling) and must not be read as commands.
            close(ctx, Reply.of(421, "4.7.0", "Lines must end with CRLF, closing connection"));
        }
    }

    /// Stops reading until the future is complete, then calls `then` with its result, or with null if it
    /// failed.
    private <T> void await(ChannelHandlerContext ctx, CompletableFuture<T> future, Consumer<@Nullable T> then) {
        if (future.isDone() && !future.isCompletedExceptionally()) {
            then.accept(future.getNow(null));
            return;
        }
        phase = ConnectionPhase.WAITING;
        long since = now(ctx);
        var _ = future.whenComplete((result, _) -> ctx.executor().execute(() -> {
            if (phase == ConnectionPhase.WAITING) {
                timeouts.resumed(since, now(ctx));
                then.accept(result);
                resume(ctx);
            }
        }));
    }

    private void resume(ChannelHandlerContext ctx) {
        consume(ctx);
        if (phase != ConnectionPhase.WAITING && disconnected) {
            // only after the wait, so that a message is accepted even if the client disconnects after the final dot
            endSession();
        } else if (phase != ConnectionPhase.WAITING && inputEnded) {
            flushAndClose(ctx);
        }
        scheduleTimeoutCheck(ctx);
        ctx.flush();
        readMore(ctx);
    }

    private void scheduleTimeoutCheck(ChannelHandlerContext ctx) {
        if (!disconnected) {
            checks.schedule(ctx.executor(), () -> checkTimeouts(ctx));
        }
    }

    private void checkTimeouts(ChannelHandlerContext ctx) {
        switch (phase) {
            case COMMAND, SKIPPED_LINE, CONTENT -> closeIfTimedOut(ctx);
            case WAITING -> {
                return; // no timeout while the client waits for the relay; the next check is scheduled after that
            }
            case CLOSING -> {
                if (timeouts.timeout(now(ctx)) != SessionTimeouts.Timeout.NONE) {
                    ctx.close(); // the client does not read the final reply
                    return;
                }
            }
        }
        scheduleTimeoutCheck(ctx);
    }

    private void closeIfTimedOut(ChannelHandlerContext ctx) {
        switch (timeouts.timeout(now(ctx))) {
            case NONE -> {}
            case IDLE -> close(ctx, session.idleTimeout());
            case COMMAND -> close(ctx, session.commandTimeout());
            case CONTENT -> close(ctx, session.contentTimeout());
        }
    }

    private static long now(ChannelHandlerContext ctx) {
        return ctx.executor().ticker().nanoTime();
    }

    private void perform(ChannelHandlerContext ctx, SessionAction action) {
        switch (action) {
            case SessionAction.Send(Reply reply) -> send(ctx, reply);
            case SessionAction.SendAndReadLine(Reply reply) -> {
                send(ctx, reply);
                expectsResponse = true;
            }
            case SessionAction.ReadContent(Reply reply) -> {
                if (reply != null) {
                    send(ctx, reply);
                }
                phase = ConnectionPhase.CONTENT;
                timeouts.contentBegins(now(ctx));
            }
            case SessionAction.StartTls(Reply reply) -> startTls(ctx, reply);
            case SessionAction.Await(CompletableFuture<SessionAction> later) ->
                await(ctx, later, then -> performNow(ctx, then));
            case SessionAction.SendAndClose(Reply reply) -> close(ctx, reply);
        }
    }

    private void performNow(ChannelHandlerContext ctx, @Nullable SessionAction action) {
        phase = ConnectionPhase.COMMAND;
        if (action != null) {
            perform(ctx, action);
        }
        if (stopping && phase == ConnectionPhase.COMMAND) {
            close(ctx, STOPPING);
        }
    }

    /// Sends the last plain-text reply, discards plain text that was sent after the command, and starts TLS.
    // RFC 3207 §4
    private void startTls(ChannelHandlerContext ctx, Reply reply) {
        send(ctx, reply);
        ctx.flush();
        boolean hasPipelinedInput = !input.isEmpty();
        input.discard();
        tls.begin(ctx.pipeline(), hasPipelinedInput);
    }

    private void send(ChannelHandlerContext ctx, Reply reply) {
        ctx.write(ReplyEncoder.of(ctx, reply), ctx.voidPromise());
    }

    private void close(ChannelHandlerContext ctx, Reply reply) {
        phase = ConnectionPhase.CLOSING;
        timeouts.closing(now(ctx));
        session.end();
        LingeringClose.send(ctx, ReplyEncoder.of(ctx, reply), reply.code() == 221);
    }

    /// Sends pending replies and closes the connection, because the client has closed its output.
    private void flushAndClose(ChannelHandlerContext ctx) {
        endSession();
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    private void endSession() {
        if (phase != ConnectionPhase.CLOSING && !stopping) {
            session.disconnected(
                    phase == ConnectionPhase.CONTENT ? Deviation.DISCONNECT_IN_MESSAGE : Deviation.NO_QUIT);
        }
        phase = ConnectionPhase.CLOSING;
        input.discard();
        session.end();
    }

    private void readMore(ChannelHandlerContext ctx) {
        boolean clientReadsReplies = ctx.channel().isWritable();
        if (phase != ConnectionPhase.WAITING && clientReadsReplies) {
            reads.read(ctx, phase == ConnectionPhase.CONTENT, () -> readMore(ctx));
        }
    }
}
