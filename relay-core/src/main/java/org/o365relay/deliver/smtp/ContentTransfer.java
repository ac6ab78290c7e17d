package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.OutgoingMessage;
import org.o365relay.deliver.upstream.Response;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Reply;

/// Sends the content of one message with DATA or BDAT. The time limit of the content starts again with each
/// write.
final class ContentTransfer {

    private static final int START_CONTENT = 354; // RFC 5321 §4.3.2

    private final Connection connection;
    private final SmtpWire wire;

    ContentTransfer(Connection connection) {
        this.connection = connection;
        this.wire = connection.wire();
    }

    /// Sends the message with DATA (RFC 5321 §4.1.1.4).
    ///
    /// @return the reply to the final dot or, if the server refuses DATA, to DATA
    /// @throws AttemptAbortedException if the content cannot be read or converted, if there is no valid reply,
    ///     if the server refuses the content before its end, or if the reply is 421
    Response send(OutgoingMessage.Content content) throws AttemptAbortedException {
        Reply go =
                connection.expected(connection.exchange(Step.CONTENT, "DATA"), reply -> reply.code() == START_CONTENT);
        if (go.category() >= 4) {
            return refused(go);
        }
        DotStuffing out = new DotStuffing(wire);
        write(content, out);
        try {
            out.end(() -> connection.begin(Step.END_OF_CONTENT));
        } catch (IOException e) {
            throw connection.brokenOff(e);
        }
        return end(connection.receive());
    }

    /// Sends the message with BDAT, octet for octet (RFC 3030 §2).
    ///
    /// @return the reply to the last chunk or, if the server refuses a chunk, to the refused chunk
    /// @throws AttemptAbortedException if the content cannot be read or converted, if there is no valid reply,
    ///     if the server refuses the content before its end, or if the reply is 421
    Response sendBinary(OutgoingMessage.Content content) throws AttemptAbortedException {
        connection.begin(Step.CONTENT);
        connection.checkInStep();
        BdatStream chunks = new BdatStream(wire, connection::begin);
        write(content, chunks);
        try {
            return end(connection.judge(chunks.end()));
        } catch (IOException e) {
            throw connection.brokenOff(e);
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
                    ? connection.brokenOff(e)
                    : new AttemptAbortedException(connection.failures().unsendableContent(e));
        } finally {
            if (!complete) {
                connection.abort(); // before the final dot can be sent, so that no partial message is delivered
            }
        }
    }

    /// A second reply makes the first one doubtful, unless it is 421: the first may have been sent before the
    /// server had the content.
    private Response end(Reply reply) throws AttemptAbortedException {
        if (connection.expected(reply, Connection::isCompletion).category() >= 4) {
            return refused(reply);
        }
        Response response = connection.response(reply);
        try {
            connection.checkInStep();
        } catch (AttemptAbortedException e) {
            boolean isClosing = e.response().reply().code() == Connection.SERVICE_CLOSING;
            if (!isClosing) {
                throw e;
            }
        }
        return response;
    }

    private Response refused(Reply reply) {
        Response response = connection.response(reply);
        connection.reset();
        return response;
    }
}
