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
import org.o365relay.deliver.OutgoingMessage;
import org.o365relay.deliver.Response;
import org.o365relay.deliver.Response.Origin;
import org.o365relay.deliver.Response.Step;
import org.o365relay.mail.Reply;

/// One signed-in connection, used by one attempt at a time. Every step has its time limit; whatever leaves the
/// session in doubt closes it.
final class Connection {

    private static final int SERVICE_CLOSING = 421; // RFC 5321 §3.8
    private static final Duration FAREWELL = Duration.ofSeconds(2);

    private final Socket socket;
    private final Instant begunAt;
    private final FailureReplies trouble;
    private final ConnectionWatchdog watch;
    private final AngusTransport wire;
    private volatile boolean overdue;
    private volatile boolean closed;
    private volatile Runnable whenIdleTooLong = () -> {};
    private volatile boolean idle;
    private Step step = Step.GREETING;

    /// @param wires makes the client that speaks over the socket, and tells of each step it takes
    Connection(Socket socket, Instant begunAt, FailureReplies trouble, Function<Consumer<Step>, AngusTransport> wires) {
        this.socket = socket;
        this.begunAt = begunAt;
        this.trouble = trouble;
        this.watch = new ConnectionWatchdog(trouble.limit(step), this::overdue);
        this.wire = wires.apply(this::enter);
        watch.start();
    }

    AngusTransport wire() {
        return wire;
    }

    Step step() {
        return step;
    }

    Instant begunAt() {
        return begunAt;
    }

    /// @return the words for what goes wrong with this server
    FailureReplies trouble() {
        return trouble;
    }

    boolean offers(String keyword) {
        return wire.supportsExtension(keyword);
    }

    /// @return whether another message may be sent over it
    boolean isUsable() {
        return !closed;
    }

    /// Sends MAIL or RCPT.
    ///
    /// @throws AttemptEnded if there is no reply, or 421
    Reply command(Step next, String text) throws AttemptEnded {
        try {
            wire.command(next, text);
        } catch (MessagingException e) {
            throw ended(e);
        }
        return reply();
    }

    /// Forgets the transaction that was begun (RFC 5321 §4.1.1.5); a server that does not is left.
    void reset() {
        try {
            watch.expect(trouble.limit(Step.MAIL));
            wire.simpleCommand("RSET");
            closeUnlessReset();
        } catch (MessagingException _) {
            drop(); // nothing depends on this connection
        }
    }

    /// Sends the message.
    ///
    /// @return what was said to DATA or to the final dot
    /// @throws AttemptEnded if the content cannot be read, or there is no reply, or 421
    Response send(OutgoingMessage.Content content) throws AttemptEnded {
        Optional<OutputStream> out = openContent();
        if (out.isEmpty()) {
            return spoken();
        }
        write(content, out.get());
        return end();
    }

    /// Sends the message octet for octet (RFC 3030 §2).
    ///
    /// @return what was said to the last chunk, or to the first that was refused
    /// @throws AttemptEnded if the content cannot be read, or there is no reply, or 421
    Response sendChunks(OutgoingMessage.Content content) throws AttemptEnded {
        BdatStream chunks = new BdatStream(wire);
        write(content, chunks);
        try {
            chunks.end();
        } catch (IOException e) {
            throw ended(e);
        }
        Response response = spoken();
        if (response.reply().category() != 2) {
            reset();
        }
        return response;
    }

    private Optional<OutputStream> openContent() throws AttemptEnded {
        try {
            return Optional.of(wire.openContent());
        } catch (MessagingException e) {
            refusedOrEnded(e);
            return Optional.empty();
        }
    }

    private void write(OutgoingMessage.Content content, OutputStream out) throws AttemptEnded {
        DataStream stream = new DataStream(out, () -> watch.expect(trouble.limit(Step.CONTENT)));
        boolean complete = false;
        try {
            content.writeTo(stream);
            complete = true;
        } catch (IOException | UncheckedIOException e) {
            throw stream.hasFailed() ? ended(e) : new AttemptEnded(trouble.unwritableContent(e));
        } finally {
            if (!complete) {
                drop(); // before anything could send the final dot: half a message must not arrive
            }
        }
    }

    private Response end() throws AttemptEnded {
        try {
            wire.endContent();
        } catch (MessagingException e) {
            refusedOrEnded(e);
        } catch (IOException e) {
            throw ended(e);
        }
        return spoken();
    }

    /// Angus reports a refusal and a lost connection alike. What was said first is the answer; the RSET that
    /// Angus sends after a refusal only tells whether the connection can be kept.
    private void refusedOrEnded(MessagingException e) throws AttemptEnded {
        List<String> said = wire.replies();
        if (said.isEmpty()) {
            throw ended(e);
        }
        if (said.size() < 2) {
            drop();
        } else {
            closeUnlessReset();
        }
    }

    private Response spoken() throws AttemptEnded {
        return new Response(step, reply(), Origin.UPSTREAM);
    }

    private Reply reply() throws AttemptEnded {
        String said = wire.replies().getFirst();
        Optional<Reply> reply = Reply.parse(said);
        if (reply.isEmpty()) {
            drop();
            throw new AttemptEnded(trouble.wordless(step, said));
        }
        if (reply.get().code() == SERVICE_CLOSING) {
            drop();
            throw new AttemptEnded(new Response(step, reply.get(), Origin.UPSTREAM));
        }
        return reply.get();
    }

    private void closeUnlessReset() {
        if (!wire.lastReply().startsWith("250")) {
            drop();
        }
    }

    /// @return what to throw after the connection has failed; the connection is closed
    AttemptEnded ended(Exception failure) {
        drop();
        return new AttemptEnded(trouble.of(step, failure, overdue));
    }

    /// Begins a step, with its time limit.
    void enter(Step next) {
        step = next;
        Duration limit = trouble.limit(next);
        watch.expect(limit);
        try {
            socket.setSoTimeout(Dialer.millis(limit));
        } catch (SocketException _) {
            drop(); // it is closed already; the step itself will say so
        }
    }

    /// Waits for the next message.
    ///
    /// @param whenTooLong runs if nobody has [woken][#wake()] it in time
    void rest(Duration longest, Runnable whenTooLong) {
        whenIdleTooLong = whenTooLong;
        idle = true;
        watch.expect(longest);
    }

    void wake() {
        watch.expect(trouble.limit(Step.MAIL));
        idle = false;
    }

    private void overdue() {
        if (idle) {
            whenIdleTooLong.run();
        } else {
            overdue = true;
            drop();
        }
    }

    /// Says good-bye without waiting for the answer.
    void quit() {
        idle = false;
        watch.expect(FAREWELL);
        try {
            wire.close();
        } catch (MessagingException _) {
            closed = true; // it was gone before we could say so
        } finally {
            drop();
        }
    }

    /// Closes it on the spot.
    void drop() {
        closed = true;
        watch.end();
        try {
            socket.close();
        } catch (IOException _) {
            closed = true; // a socket that cannot even be closed is as good as closed
        }
    }
}
