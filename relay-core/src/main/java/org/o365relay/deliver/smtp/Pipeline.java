package org.o365relay.deliver.smtp;

import java.io.IOException;
import java.util.List;
import org.o365relay.deliver.smtp.Received.Complete;
import org.o365relay.deliver.upstream.AttemptAbortedException;
import org.o365relay.deliver.upstream.Response.Step;
import org.o365relay.mail.Reply;

/// The commands of one transaction from MAIL to DATA, sent in one write (RFC 2920 §3.1) or one by one.
///
/// Replies to commands that were sent together can be out of step without being noticed one by one. They count only
/// once they are proved to be in step: by 354, which replies to nothing but DATA, or by RSET, whose 250 must follow
/// the refusal of DATA. If the server closes the connection instead, only the reply to MAIL counts, which is the
/// first.
final class Pipeline {

    private static final String DATA = "DATA";
    private static final int START_CONTENT = 354; // RFC 5321 §4.3.2

    private final Connection connection;
    private int awaited; // replies to commands that were sent
    private boolean doubtful;

    Pipeline(Connection connection) {
        this.connection = connection;
    }

    /// Sends MAIL, RCPT and DATA in one write.
    ///
    /// @param envelope MAIL and RCPT; their replies must be read with [#command], in the same order
    void send(List<String> envelope) throws AttemptAbortedException {
        connection.begin(Step.MAIL);
        connection.send(String.join("\r\n", envelope) + "\r\n" + DATA);
        awaited = envelope.size() + 1;
        doubtful = true;
    }

    /// @return whether a command was sent whose reply was not read yet
    boolean isAwaiting() {
        return awaited > 0;
    }

    /// @return whether replies to commands that were sent together are not yet proved to be in step
    boolean isDoubtful() {
        return doubtful;
    }

    /// Sends MAIL or RCPT, unless it was sent before, and reads the reply.
    ///
    /// @return the reply: a completion or a refusal
    /// @throws AttemptAbortedException if there is no such reply, or if the server is closing the connection
    ///     (421) or has lost the transaction
    Reply command(Step step, String text) throws AttemptAbortedException {
        return connection.expected(exchange(step, text), ReplyMeaning::isCompletion);
    }

    /// Sends DATA, unless it was sent before, and reads the reply.
    ///
    /// @return the reply: 354 or a refusal
    /// @throws AttemptAbortedException if there is no such reply, or if the server is closing the connection
    ///     (421) or has lost the transaction
    Reply data() throws AttemptAbortedException {
        Reply reply = connection.expected(exchange(Step.CONTENT, DATA), other -> other.code() == START_CONTENT);
        doubtful &= reply.code() != START_CONTENT;
        return reply;
    }

    private Reply exchange(Step step, String command) throws AttemptAbortedException {
        if (awaited == 0) {
            return connection.exchange(step, command);
        }
        awaited--;
        connection.begin(step);
        return connection.receive();
    }

    /// Ends a transaction in which the server has refused MAIL.
    ///
    /// @throws AttemptAbortedException if the refusal may belong to another command
    void cancel() throws AttemptAbortedException {
        skipRest();
        if (!doubtful) {
            connection.reset();
        } else if (connection.isUsable()) {
            new StepProof(connection).by(StepProof.Way.RESET);
            doubtful = !connection.isUsable();
        }
    }

    /// Ends a transaction in which the server has refused all recipients or DATA.
    ///
    /// @throws AttemptAbortedException if the refusals may belong to other commands, or if the connection was
    ///     closed before they were proved to be in step
    void cancelAfterMail() throws AttemptAbortedException {
        cancel();
        if (doubtful) {
            throw new AttemptAbortedException(connection.failures().closedInDoubt());
        }
    }

    /// Reads the replies to the commands after a refused one. They must be refusals, too, except that to DATA.
    ///
    /// @throws AttemptAbortedException if there is a reply that belongs to another command
    void skipRest() throws AttemptAbortedException {
        try {
            while (awaited > 0 && connection.isUsable()) {
                awaited--;
                skip(connection.wire().receive());
            }
        } catch (IOException _) {
            connection.abort();
        }
    }

    private void skip(Received received) throws AttemptAbortedException, IOException {
        if (awaited == 0 && received instanceof Complete(var reply) && reply.code() == START_CONTENT) {
            doubtful = false;
            endContent();
        } else if (received.isClosing() || !(received instanceof Complete(var reply) && reply.category() >= 4)) {
            new StepProof(connection).requireClosing(received);
        }
    }

    /// Ends the content that the server expects although it has refused all recipients, without sending any
    /// (RFC 2920 §3.1). It does not matter how the server replies.
    private void endContent() throws IOException {
        connection.begin(Step.END_OF_CONTENT);
        connection.wire().write(".");
        connection.wire().flush();
        if (connection.wire().receive().isClosing()) {
            connection.abort();
        }
    }
}
