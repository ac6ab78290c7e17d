package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.o365relay.deliver.smtp.StepProof.Way;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Reply;

/// Sends the content of one message with DATA or BDAT. The time limit of the content restarts with each write.
///
/// A 2xx reply counts only if it is not a surplus reply that came before the real one. RSET proves this: the
/// next reply must be its 250. If commands are pipelined, RSET is sent together with the final dot (RFC 2920
/// §3.1); after BDAT, it is sent after the reply. If they are sent one by one, the reply 354 to DATA has proved
/// that replies were in step up to DATA, so RSET is sent only if the reply comes sooner than a round trip takes.
final class ContentTransfer {

    private static final long MEASURABLE = Duration.ofMillis(2).toNanos(); // thread scheduling distorts shorter times

    private final Connection connection;
    private final SmtpWire wire;
    private final boolean pipelines;

    /// @param pipelines whether RSET is sent together with the final dot
    ContentTransfer(Connection connection, boolean pipelines) {
        this.connection = connection;
        this.wire = connection.wire();
        this.pipelines = pipelines;
    }

    /// Sends the message after the reply 354 to DATA (RFC 5321 §4.1.1.4).
    ///
    /// @return the reply to the final dot
    /// @throws AttemptAbortedException if the content cannot be read or converted, if there is no valid reply,
    ///     if the server refuses the content before its end, or if the server is closing the connection (421)
    ///     or has lost the transaction
    Response send(OutgoingMessage.Content content) throws AttemptAbortedException {
        DotStuffing out = new DotStuffing(wire);
        write(content, out);
        try {
            out.end(() -> connection.begin(Step.END_OF_CONTENT));
            if (pipelines) {
                wire.write(Connection.RESET);
            }
            wire.flush();
        } catch (IOException e) {
            throw connection.writeFailed(e);
        }
        long sentAt = System.nanoTime();
        Reply reply = connection.receive();
        boolean isTooSoon = connection.shortestRoundTrip() >= MEASURABLE
                && System.nanoTime() - sentAt < connection.shortestRoundTrip();
        Way other = isTooSoon ? Way.RESET : Way.NOTHING_WAITING;
        return end(reply, pipelines ? Way.RESET_SENT : other);
    }

    /// Sends the message with BDAT, octet for octet (RFC 3030 §2).
    ///
    /// @return the reply to the last chunk or, if the server refuses a chunk, to the refused chunk
    /// @throws AttemptAbortedException if the content cannot be read or converted, if there is no valid reply,
    ///     if the server refuses the content before its end, or if the server is closing the connection (421)
    ///     or has lost the transaction
    Response sendBinary(OutgoingMessage.Content content) throws AttemptAbortedException {
        connection.begin(Step.CONTENT);
        connection.checkInStep();
        BdatStream chunks = new BdatStream(wire, connection::begin);
        write(content, chunks);
        try {
            Reply reply = connection.judge(chunks.end());
            boolean isBeforeEnd = connection.response(reply).step() == Step.CONTENT;
            if (isBeforeEnd && reply.category() >= 4 && !ReplyMeaning.canBeAboutContent(reply)) {
                throw connection.unexpectedReply(reply);
            }
            return end(reply, Way.RESET);
        } catch (IOException e) {
            throw connection.writeFailed(e);
        }
    }

    private void write(OutgoingMessage.Content content, OutputStream out) throws AttemptAbortedException {
        DataStream stream = new DataStream(out, connection::restartLimit);
        boolean complete = false;
        try {
            content.writeTo(stream);
            complete = true;
        } catch (IOException | UncheckedIOException e) {
            throw stream.hasFailed()
                    ? connection.writeFailed(e)
                    : new AttemptAbortedException(connection.failures().unsendableContent(e));
        } finally {
            if (!complete) {
                connection.abort(); // before the final dot can be sent, so that no partial message is delivered
            }
        }
    }

    private Response end(Reply reply, Way way) throws AttemptAbortedException {
        Response response = connection.response(reply);
        if (connection.expected(reply, ReplyMeaning::isCompletion).category() < 4) {
            new StepProof(connection).by(way);
        } else if (way == Way.RESET_SENT) {
            readReplyToReset();
        } else {
            connection.reset();
        }
        return response;
    }

    private void readReplyToReset() {
        try {
            new StepProof(connection).by(Way.RESET_SENT);
        } catch (AttemptAbortedException _) {
            connection.abort(); // the refusal stands
        }
    }
}
