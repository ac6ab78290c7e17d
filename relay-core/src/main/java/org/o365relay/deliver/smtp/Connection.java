package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.Predicate;
import org.o365relay.deliver.smtp.Received.Complete;
import org.o365relay.deliver.smtp.Received.Invalid;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Origin;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.EnhancedStatus;
import org.o365relay.mail.Reply;

/// One connection to an upstream, used by one attempt at a time. Every step has a time limit; that of the
/// content starts again with each write. Any failure that leaves the state of the session uncertain closes the
/// connection: a lost connection, an invalid reply, or a reply that does not belong to the command.
final class Connection {

    static final int SERVICE_CLOSING = 421; // RFC 5321 §3.8
    private static final int UNRECOGNIZED = 500; // RFC 5321 §4.2.4
    private static final int NOT_IMPLEMENTED = 502;
    private static final int BAD_SEQUENCE = 503; // RFC 5321 §4.2.2
    private static final Set<Integer> NO_COMMAND_HERE = Set.of(NOT_IMPLEMENTED, BAD_SEQUENCE);
    private static final EnhancedStatus INVALID_COMMAND = EnhancedStatus.of("5.5.1");
    private static final Duration QUIT_TIMEOUT = Duration.ofSeconds(2);

    private final Socket socket;
    private final SmtpWire wire;
    private final Instant openedAt;
    private final FailureReplies failures;
    private final ConnectionWatchdog watchdog;
    private final Redaction redaction = new Redaction();
    private OfferedExtensions extensions = OfferedExtensions.NONE;
    private volatile boolean overdue;
    private volatile boolean closed;
    private volatile Runnable onIdleTimeout = () -> {};
    private volatile boolean idle;
    private Step step = Step.GREETING;

    Connection(Socket socket, Instant openedAt, FailureReplies failures) throws IOException {
        this.socket = socket;
        this.wire = new SmtpWire(socket);
        this.openedAt = openedAt;
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

    /// @return the credentials that are replaced in replies
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

    /// @return whether a reply says that a command of a transaction was completed. A 22x or 23x reply is not
    ///     about mail (RFC 5321 §4.2.1): it belongs to another command
    static boolean isCompletion(Reply reply) {
        int subject = reply.code() / 10 % 10;
        return reply.category() == 2 && subject != 2 && subject != 3;
    }

    SmtpWire wire() {
        return wire;
    }

    /// @return the response with the upstream's reply in the current step
    Response response(Reply reply) {
        return new Response(step, reply, Origin.UPSTREAM);
    }

    /// @param offered extensions in the last reply to EHLO
    void setExtensions(OfferedExtensions offered) {
        extensions = offered;
    }

    /// Sends MAIL or RCPT.
    ///
    /// @return the reply: a completion or a refusal
    /// @throws AttemptAbortedException if there is no such reply, or if the reply is 421
    Reply command(Step next, String text) throws AttemptAbortedException {
        return expected(exchange(next, text), Connection::isCompletion);
    }

    /// Begins a step with a command, and reads the reply.
    ///
    /// @throws AttemptAbortedException if there is no valid reply, or if the reply is 421
    Reply exchange(Step next, String line) throws AttemptAbortedException {
        begin(next);
        return exchange(line);
    }

    /// Sends another line in the same step, and within its time limit, and reads the reply.
    ///
    /// @throws AttemptAbortedException if there is no valid reply, or if the reply is 421
    Reply exchange(String line) throws AttemptAbortedException {
        send(line);
        return receive();
    }

    /// @return the reply, which has the code
    /// @throws AttemptAbortedException if it has not; the connection is closed
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
            throw outOfStep(reply);
        }
        return reply;
    }

    private void send(String line) throws AttemptAbortedException {
        checkInStep();
        try {
            wire.write(line);
            wire.flush();
        } catch (IOException e) {
            throw brokenOff(e);
        }
    }

    /// Before a command, no reply may be waiting: the next one read would not be that to the command.
    void checkInStep() throws AttemptAbortedException {
        try {
            if (!wire.hasWaiting()) {
                return;
            }
        } catch (IOException e) {
            throw aborted(e);
        }
        throw outOfStep(receive()); // 421 may come at any time (RFC 5321 §3.8), and is thrown here
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
                if (reply.code() == SERVICE_CLOSING) {
                    abort();
                    throw new AttemptAbortedException(response(reply));
                }
                if (isOutOfSequence(reply)) {
                    throw outOfStep(reply);
                }
                if (reply.code() == BAD_SEQUENCE) {
                    abort();
                }
                yield reply;
            }
        };
    }

    /// After an accepted MAIL, a reply that a command is unknown or out of sequence means that the server has lost
    /// the transaction: it says nothing about the message. After an accepted RCPT, so does "no valid recipients"
    /// in reply to DATA (554 5.5.1, RFC 5321 §3.3). 500 can also mean that a line of the content is too long.
    private boolean isOutOfSequence(Reply reply) {
        boolean isInvalid = INVALID_COMMAND.equals(reply.status());
        return switch (step) {
            case CONNECT, GREETING, EHLO, STARTTLS, AUTH, MAIL -> false;
            case RCPT -> reply.code() == BAD_SEQUENCE;
            case CONTENT -> isInvalid || reply.code() == UNRECOGNIZED || NO_COMMAND_HERE.contains(reply.code());
            case END_OF_CONTENT ->
                (isInvalid && reply.code() == UNRECOGNIZED) || NO_COMMAND_HERE.contains(reply.code());
        };
    }

    private AttemptAbortedException outOfStep(Reply reply) {
        abort();
        return new AttemptAbortedException(failures.outOfStep(step, reply));
    }

    /// Resets the transaction (RFC 5321 §4.1.1.5). Closes the connection if the server does not reply 250, or
    /// has lost the session.
    void reset() {
        if (closed) {
            return;
        }
        try {
            if (exchange(Step.MAIL, "RSET").code() != 250) {
                abort();
            }
        } catch (AttemptAbortedException _) {
            abort(); // another connection is opened when needed
        }
    }

    /// Ends the attempt after the connection failed while it was written to, or a reply arrived before the end
    /// of the content. The server may have refused the message before it closed the connection.
    ///
    /// @return the exception to throw
    AttemptAbortedException brokenOff(Exception failure) {
        if (overdue || FailureReplies.isTimeout(failure)) {
            return aborted(failure);
        }
        try {
            Received received = wire.receive();
            boolean isRefusal = received instanceof Complete(var reply) && reply.category() >= 4;
            return isRefusal || failure instanceof EarlyReplyException ? outOfTurn(judge(received)) : aborted(failure);
        } catch (AttemptAbortedException e) {
            return e;
        } catch (IOException _) {
            return aborted(failure);
        }
    }

    private AttemptAbortedException outOfTurn(Reply reply) {
        if (reply.category() < 4) {
            return outOfStep(reply);
        }
        abort();
        return new AttemptAbortedException(response(reply));
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

    /// Starts the time limit of the current step again.
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
