package org.o365relay.deliver.smtp;

import jakarta.mail.MessagingException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.o365relay.deliver.AttemptAbortedException;
import org.o365relay.deliver.OutgoingMessage;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.mail.Reply;

/// One signed-in connection, used by one attempt at a time. Every step has its time limit; whatever leaves the
/// session in doubt closes it.
final class Connection {

    private static final int SERVICE_CLOSING = 421; // RFC 5321 §3.8
    private static final Duration QUIT_TIMEOUT = Duration.ofSeconds(2);

    private final Socket socket;
    private final Instant openedAt;
    private final FailureReplies failures;
    private final ConnectionWatchdog watchdog;
    private final AngusTransport transport;
    private volatile boolean overdue;
    private volatile boolean closed;
    private volatile Runnable onIdleTimeout = () -> {};
    private volatile boolean idle;
    private Step step = Step.GREETING;

    /// @param wires makes the client that speaks over the socket, and tells of each step it takes
    Connection(Socket socket, Instant begunAt, FailureReplies trouble, Function<Consumer<Step>, AngusTransport> wires) {
        this.socket = socket;
        this.openedAt = begunAt;
        this.failures = trouble;
        this.watchdog = new ConnectionWatchdog(trouble.limit(step), this::overdue);
        this.transport = wires.apply(this::begin);
        watchdog.start();
    }

    AngusTransport transport() {
        return transport;
    }

    Step step() {
        return step;
    }

    Instant openedAt() {
        return openedAt;
    }

    /// @return the words for what goes wrong with this server
    FailureReplies failures() {
        return failures;
    }

    boolean offers(String keyword) {
        return transport.supportsExtension(keyword);
    }

    /// @return whether another message may be sent over it
    boolean isUsable() {
        return !closed;
    }

    /// Sends MAIL or RCPT.
    ///
    /// @throws AttemptAbortedException if there is no reply, or 421
    Reply command(Step next, String text) throws AttemptAbortedException {
        try {
            transport.command(next, text);
        } catch (MessagingException e) {
            throw aborted(e);
        }
        return reply();
    }

    /// Forgets the transaction that was begun (RFC 5321 §4.1.1.5); a server that does not is left.
    void reset() {
        try {
            watchdog.setLimit(failures.limit(Step.MAIL));
            transport.simpleCommand("RSET");
            dropUnlessReset();
        } catch (MessagingException _) {
            abort(); // nothing depends on this connection
        }
    }

    /// Sends the message.
    ///
    /// @return what was said to DATA or to the final dot
    /// @throws AttemptAbortedException if the content cannot be read, or there is no reply, or 421
    Response send(OutgoingMessage.Content content) throws AttemptAbortedException {
        Optional<OutputStream> out = openData();
        if (out.isEmpty()) {
            return response();
        }
        write(content, out.get());
        return endContent();
    }

    /// Sends the message octet for octet (RFC 3030 §2).
    ///
    /// @return what was said to the last chunk, or to the first that was refused
    /// @throws AttemptAbortedException if the content cannot be read, or there is no reply, or 421
    Response sendBinary(OutgoingMessage.Content content) throws AttemptAbortedException {
        BdatStream chunks = new BdatStream(transport);
        write(content, chunks);
        try {
            chunks.end();
        } catch (IOException e) {
            throw aborted(e);
        }
        Response response = response();
        if (response.reply().category() != 2) {
            reset();
        }
        return response;
    }

    private Optional<OutputStream> openData() throws AttemptAbortedException {
        try {
            return Optional.of(transport.openData());
        } catch (MessagingException e) {
            handleDataFailure(e);
            return Optional.empty();
        }
    }

    private void write(OutgoingMessage.Content content, OutputStream out) throws AttemptAbortedException {
        DataStream stream = new DataStream(out, () -> watchdog.setLimit(failures.limit(Step.CONTENT)));
        boolean complete = false;
        try {
            content.writeTo(stream);
            complete = true;
        } catch (IOException | UncheckedIOException e) {
            throw stream.hasFailed() ? aborted(e) : new AttemptAbortedException(failures.unwritableContent(e));
        } finally {
            if (!complete) {
                abort(); // before anything could send the final dot: half a message must not arrive
            }
        }
    }

    private Response endContent() throws AttemptAbortedException {
        try {
            transport.endData();
        } catch (MessagingException e) {
            handleDataFailure(e);
        } catch (IOException e) {
            throw aborted(e);
        }
        return response();
    }

    /// Angus reports a refusal and a lost connection alike. What was said first is the answer; the RSET that
    /// Angus sends after a refusal only tells whether the connection can be kept.
    private void handleDataFailure(MessagingException e) throws AttemptAbortedException {
        List<String> said = transport.replies();
        if (said.isEmpty()) {
            throw aborted(e);
        }
        if (said.size() < 2) {
            abort();
        } else {
            dropUnlessReset();
        }
    }

    private Response response() throws AttemptAbortedException {
        return new Response(step, reply(), Origin.UPSTREAM);
    }

    private Reply reply() throws AttemptAbortedException {
        String said = transport.replies().getFirst();
        Optional<Reply> reply = Reply.parse(said);
        if (reply.isEmpty()) {
            abort();
            throw new AttemptAbortedException(failures.invalidReply(step, said));
        }
        if (reply.get().code() == SERVICE_CLOSING) {
            abort();
            throw new AttemptAbortedException(new Response(step, reply.get(), Origin.UPSTREAM));
        }
        return reply.get();
    }

    private void dropUnlessReset() {
        if (!transport.lastReply().startsWith("250")) {
            abort();
        }
    }

    /// @return what to throw after the connection has failed; the connection is closed
    AttemptAbortedException aborted(Exception failure) {
        abort();
        return new AttemptAbortedException(failures.connectionFailure(step, failure, overdue));
    }

    /// Begins a step, with its time limit.
    void begin(Step next) {
        step = next;
        Duration limit = failures.limit(next);
        watchdog.setLimit(limit);
        try {
            socket.setSoTimeout(Dialer.millis(limit));
        } catch (SocketException _) {
            abort(); // it is closed already; the step itself will say so
        }
    }

    /// Waits for the next message.
    ///
    /// @param whenTooLong runs if nobody has [woken][#wake()] it in time
    void idle(Duration longest, Runnable whenTooLong) {
        onIdleTimeout = whenTooLong;
        idle = true;
        watchdog.setLimit(longest);
    }

    void wake() {
        watchdog.setLimit(failures.limit(Step.MAIL));
        idle = false;
    }

    private void overdue() {
        if (idle) {
            onIdleTimeout.run();
        } else {
            overdue = true;
            abort();
        }
    }

    /// Says good-bye without waiting for the answer.
    void quit() {
        idle = false;
        watchdog.setLimit(QUIT_TIMEOUT);
        try {
            transport.close();
        } catch (MessagingException _) {
            closed = true; // it was gone before we could say so
        } finally {
            abort();
        }
    }

    /// Closes it on the spot.
    void abort() {
        closed = true;
        watchdog.stop();
        try {
            socket.close();
        } catch (IOException _) {
            closed = true; // a socket that cannot even be closed is as good as closed
        }
    }
}
