package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.o365relay.deliver.smtp.Received.Complete;
import org.o365relay.deliver.smtp.Received.Invalid;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Reply;

/// One connection to an upstream, used by one attempt at a time. Every step has a time limit; the limit of the
/// content restarts with each write. Any failure that leaves the state of the session uncertain closes the
/// connection: a lost connection, an invalid reply, or a reply that does not belong to the command.
final class Connection {

    static final String RESET = "RSET";
    static final int COMPLETED = 250;
    private static final Duration QUIT_TIMEOUT = Duration.ofSeconds(2);

    private final Socket socket;
    private final SmtpWire wire;
    private final Instant openedAt;
    private final Origin origin;
    private final FailureReplies failures;
    private final ConnectionWatchdog watchdog;
    private final Redaction redaction = new Redaction();
    private OfferedExtensions extensions = OfferedExtensions.NONE;
    private volatile boolean overdue;
    private volatile boolean closed;
    private volatile Runnable onIdleTimeout = () -> {};
    private volatile boolean idle;
    private boolean reused;
    private Step step = Step.GREETING;
    private long shortestRoundTrip = Long.MAX_VALUE;

    /// @param origin origin of the responses with replies from this server
    Connection(Socket socket, Instant openedAt, Origin origin, FailureReplies failures) throws IOException {
        this.socket = socket;
        this.wire = new SmtpWire(socket);
        this.openedAt = openedAt;
        this.origin = origin;
        this.failures = failures;
        this.watchdog = new ConnectionWatchdog(failures.limit(step), this::overdue);
        watchdog.start();
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

    /// @return the credentials to redact from replies
    Redaction redaction() {
        return redaction;
    }

    /// @return the extensions in the last reply to EHLO; none before EHLO
    OfferedExtensions extensions() {
        return extensions;
    }

    boolean offers(String keyword) {
        return extensions.offers(keyword);
    }

    /// @return whether the connection can be used for another message
    boolean isUsable() {
        return !closed;
    }

    SmtpWire wire() {
        return wire;
    }

    /// @return the response with the upstream's reply in the current step
    Response response(Reply reply) {
        return new Response(step, reply, origin);
    }

    /// @param offered extensions in the last reply to EHLO
    void setExtensions(OfferedExtensions offered) {
        extensions = offered;
    }

    /// Begins a step with a command, and reads the reply.
    ///
    /// @throws AttemptAbortedException as [#exchange(String)]
    Reply exchange(Step next, String line) throws AttemptAbortedException {
        begin(next);
        return exchange(line);
    }

    /// Sends another line in the same step, and within its time limit, and reads the reply.
    ///
    /// @throws AttemptAbortedException if there is no valid reply to this command, or if the server is closing
    ///     the connection (421) or has lost the transaction
    Reply exchange(String line) throws AttemptAbortedException {
        send(line);
        long sentAt = System.nanoTime();
        Reply reply = receive();
        shortestRoundTrip = Math.min(shortestRoundTrip, System.nanoTime() - sentAt);
        return reply;
    }

    /// @return the shortest time from a command to its reply, in nanoseconds; [Long#MAX_VALUE] before the first
    long shortestRoundTrip() {
        return shortestRoundTrip;
    }

    /// @return the reply
    /// @throws AttemptAbortedException if the reply has another code; the connection is closed
    Reply required(Reply reply, int code) throws AttemptAbortedException {
        if (expected(reply, other -> other.code() == code).category() >= 4) {
            abort();
            throw new AttemptAbortedException(response(reply));
        }
        return reply;
    }

    /// @return the reply: an expected one or a refusal
    /// @throws AttemptAbortedException if it is neither, so that it belongs to another command
    Reply expected(Reply reply, Predicate<Reply> condition) throws AttemptAbortedException {
        if (reply.category() < 4 && !condition.test(reply)) {
            throw unexpectedReply(reply);
        }
        return reply;
    }

    /// Sends a line, or several separated by CRLF.
    void send(String line) throws AttemptAbortedException {
        checkInStep();
        try {
            wire.write(line);
            wire.flush();
        } catch (IOException e) {
            throw writeFailed(e);
        }
    }

    /// Before a command is sent, no reply may be waiting: it would be read as the reply to the command.
    void checkInStep() throws AttemptAbortedException {
        try {
            if (wire.hasWaiting()) {
                throw unexpectedReply(judge(wire.receiveArrived())); // 421 may come at any time (RFC 5321 §3.8)
            }
        } catch (IOException e) {
            throw aborted(e);
        }
    }

    Reply receive() throws AttemptAbortedException {
        Received received;
        try {
            received = wire.receive();
        } catch (IOException e) {
            throw aborted(e);
        }
        return judge(received);
    }

    Reply judge(Received received) throws AttemptAbortedException {
        return switch (received) {
            case Invalid(var fault, var text) -> {
                abort();
                throw new AttemptAbortedException(failures.invalidReply(step, fault, redaction.apply(text)));
            }
            case Complete(var unredacted) -> {
                Reply reply = redaction.apply(unredacted);
                if (reply.code() == Received.SERVICE_CLOSING) {
                    abort();
                    throw new AttemptAbortedException(response(reply));
                }
                if (ReplyMeaning.isOutOfSequence(step, reply)) {
                    abort();
                    throw new AttemptAbortedException(failures.lostTransaction(step, reply));
                }
                yield reply;
            }
        };
    }

    /// Closes the connection because a reply does not belong to the command.
    ///
    /// @return the exception to throw
    AttemptAbortedException unexpectedReply(Reply reply) {
        abort();
        return new AttemptAbortedException(failures.unexpectedReply(step, reply));
    }

    /// Resets the transaction (RFC 5321 §4.1.1.5). Closes the connection if the server does not reply 250, or
    /// has lost the session.
    void reset() {
        if (closed) {
            return;
        }
        try {
            if (exchange(Step.MAIL, RESET).code() != COMPLETED) {
                abort();
            }
        } catch (AttemptAbortedException _) {
            abort(); // another connection is opened when needed
        }
    }

    /// Ends the attempt after the connection failed during a write, or a reply arrived before the end of the
    /// content. The server may have refused the message before it closed the connection.
    ///
    /// @return the exception to throw
    AttemptAbortedException writeFailed(Exception failure) {
        if (FailureReplies.isTimeout(failure)) {
            return aborted(failure);
        }
        try {
            Received received = wire.receiveArrived();
            boolean isRefusal = received instanceof Complete(var reply) && reply.category() >= 4;
            if (!isRefusal && !(failure instanceof EarlyReplyException)) {
                return aborted(failure);
            }
            return earlyReply(judge(received));
        } catch (AttemptAbortedException e) {
            return e;
        } catch (IOException _) {
            return aborted(failure);
        }
    }

    /// A refusal that cannot be about the content counts only if the server closes the connection after it.
    private AttemptAbortedException earlyReply(Reply reply) {
        if (reply.category() < 4 || (step == Step.CONTENT && !ReplyMeaning.canBeAboutContent(reply) && !isClosing())) {
            return unexpectedReply(reply);
        }
        abort();
        return new AttemptAbortedException(response(reply));
    }

    private boolean isClosing() {
        try {
            return wire.receiveArrived().isClosing();
        } catch (IOException e) {
            return !FailureReplies.isTimeout(e);
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
            wire.setReadLimit(limit);
        } catch (IOException _) {
            abort(); // the socket is already closed, so the step itself fails
        }
    }

    /// Restarts the time limit of the current step.
    void restartLimit() {
        watchdog.setLimit(failures.limit(step));
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
        reused = true;
    }

    /// @return whether the connection was idle before this attempt
    boolean isReused() {
        return reused;
    }

    private void overdue() {
        if (idle) {
            onIdleTimeout.run();
        } else if (overdue) {
            abort();
        } else {
            overdue = true;
            endOutput();
        }
    }

    /// Ends a write that is overdue, but not the read of what the server has sent: that ends when the watchdog
    /// runs again.
    private void endOutput() {
        try {
            wire.endOutput();
        } catch (IOException _) {
            abort(); // the connection has failed
        }
    }

    /// Sends QUIT without waiting for the reply.
    void quit() {
        idle = false;
        watchdog.setLimit(QUIT_TIMEOUT);
        try {
            wire.write("QUIT");
            wire.flush();
            wire.close();
        } catch (IOException _) {
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
