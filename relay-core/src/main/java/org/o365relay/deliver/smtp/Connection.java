package org.o365relay.deliver.smtp;

import jakarta.mail.MessagingException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Reply;

/// One connection to an upstream, used by one attempt at a time. Every step has a time limit; that of the
/// content starts again with each write. Any failure that leaves the state of the session uncertain closes the
/// connection.
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

    /// @param transports creates the SMTP client, which must report each step to the given consumer before the
    ///     step begins
    Connection(
            Socket socket,
            Instant openedAt,
            FailureReplies failures,
            Function<Consumer<Step>, AngusTransport> transports) {
        this.socket = socket;
        this.openedAt = openedAt;
        this.failures = failures;
        this.watchdog = new ConnectionWatchdog(failures.limit(step), this::overdue);
        this.transport = transports.apply(this::begin);
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

    /// @return the address of the server, with the host name that was looked up
    InetAddress address() {
        return socket.getInetAddress();
    }

    /// @return the object that creates the responses for failures of this server
    FailureReplies failures() {
        return failures;
    }

    boolean offers(String keyword) {
        return transport.supportsExtension(keyword);
    }

    /// @return whether the connection can be used for another message
    boolean isUsable() {
        return !closed;
    }

    /// Sends MAIL or RCPT.
    ///
    /// @throws AttemptAbortedException if there is no valid reply, or if the reply is 421
    Reply command(Step next, String text) throws AttemptAbortedException {
        try {
            transport.command(next, text);
        } catch (MessagingException e) {
            throw aborted(e);
        }
        return reply();
    }

    /// Resets the transaction (RFC 5321 §4.1.1.5). Closes the connection if the server does not reply 250.
    void reset() {
        try {
            watchdog.setLimit(failures.limit(Step.MAIL));
            transport.simpleCommand("RSET");
            closeUnlessReset();
        } catch (MessagingException _) {
            abort(); // another connection is opened when needed
        }
    }

    /// Sends the message.
    ///
    /// @return the reply to the final dot or, if the server refuses DATA, to DATA
    /// @throws AttemptAbortedException if the content cannot be read or converted, if there is no valid reply,
    ///     or if the reply is 421
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
    /// @return the reply to the last chunk or, if the server refuses a chunk, to the refused chunk
    /// @throws AttemptAbortedException if the content cannot be read or converted, if there is no valid reply,
    ///     or if the reply is 421
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
            throw stream.hasFailed() ? aborted(e) : new AttemptAbortedException(failures.unsendableContent(e));
        } finally {
            if (!complete) {
                abort(); // before the final dot can be sent, so that no partial message is delivered
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

    /// Distinguishes between a refusal and a lost connection, because Angus reports both with the same
    /// exception. The first reply is the result; the reply to the RSET that Angus sends after a refusal only
    /// determines whether the connection can be kept.
    private void handleDataFailure(MessagingException e) throws AttemptAbortedException {
        List<String> replies = transport.replies();
        if (replies.isEmpty()) {
            throw aborted(e);
        }
        if (replies.size() < 2) {
            abort();
        } else {
            closeUnlessReset();
        }
    }

    private Response response() throws AttemptAbortedException {
        return new Response(step, reply(), Origin.UPSTREAM);
    }

    private Reply reply() throws AttemptAbortedException {
        String text = transport.replies().getFirst();
        Optional<Reply> reply = Reply.parse(text);
        if (reply.isEmpty()) {
            abort();
            throw new AttemptAbortedException(failures.invalidReply(step, text));
        }
        if (reply.get().code() == SERVICE_CLOSING) {
            abort();
            throw new AttemptAbortedException(new Response(step, reply.get(), Origin.UPSTREAM));
        }
        return reply.get();
    }

    private void closeUnlessReset() {
        if (!transport.lastReply().startsWith("250")) {
            abort();
        }
    }

    /// Closes the failed connection.
    ///
    /// @return the exception to throw
    AttemptAbortedException aborted(Exception failure) {
        abort();
        return new AttemptAbortedException(failures.connectionFailure(step, failure, overdue));
    }

    /// Begins a step, and sets its time limit.
    void begin(Step next) {
        step = next;
        Duration limit = failures.limit(next);
        watchdog.setLimit(limit);
        try {
            socket.setSoTimeout(Dialer.millis(limit));
        } catch (SocketException _) {
            abort(); // the socket is already closed, so the step itself fails
        }
    }

    /// Marks the connection as idle until the next message.
    ///
    /// @param onTimeout runs, possibly several times, if [#wake()] is not called within the timeout
    void idle(Duration timeout, Runnable onTimeout) {
        onIdleTimeout = onTimeout;
        idle = true;
        watchdog.setLimit(timeout);
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

    /// Sends QUIT without waiting for the reply.
    void quit() {
        idle = false;
        watchdog.setLimit(QUIT_TIMEOUT);
        try {
            transport.close();
        } catch (MessagingException _) {
            closed = true; // QUIT could not be sent; the socket is closed below
        } finally {
            abort();
        }
    }

    /// Closes the connection without QUIT.
    void abort() {
        closed = true;
        watchdog.stop();
        try {
            socket.close();
        } catch (IOException _) {
            closed = true; // nothing more can be done
        }
    }
}
