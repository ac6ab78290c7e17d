package org.o365relay.deliver.smtp;

import java.io.IOException;
import org.o365relay.deliver.smtp.Received.Complete;
import org.o365relay.deliver.upstream.AttemptAbortedException;

/// Checks that the reply read last belongs to its command. Only unexpected octets from the server after that
/// reply cast doubt on it. If the server closes the connection, or the connection fails, nothing is proved: the
/// connection is closed, and the caller decides.
final class StepProof {

    /// How to check that the reply belongs to its command.
    enum Way {
        /// RSET was sent with the command.
        RESET_SENT,
        /// RSET is sent after the reply.
        RESET,
        /// No reply may be waiting.
        NOTHING_WAITING
    }

    private final Connection connection;
    private final SmtpWire wire;

    StepProof(Connection connection) {
        this.connection = connection;
        this.wire = connection.wire();
    }

    /// @throws AttemptAbortedException if the reply may be a surplus one
    void by(Way way) throws AttemptAbortedException {
        boolean surplus = false;
        try {
            connection.restartLimit();
            surplus = way != Way.RESET_SENT && wire.hasWaiting();
            if (!surplus && way == Way.NOTHING_WAITING) {
                return;
            }
            if (!surplus && way == Way.RESET) {
                wire.write(Connection.RESET);
                wire.flush();
            }
            Received received = surplus ? wire.receiveArrived() : wire.receive();
            if (!surplus && isCompleted(received)) {
                surplus = wire.hasWaiting();
                if (!surplus) {
                    return;
                }
                received = wire.receiveArrived();
            }
            requireClosing(received);
        } catch (IOException e) {
            AttemptAbortedException lost = connection.aborted(e);
            if (surplus) {
                throw lost;
            }
        }
    }

    /// Closes the connection.
    ///
    /// @throws AttemptAbortedException if the server is not closing the connection, so that what it sent instead
    ///     is out of step
    void requireClosing(Received received) throws AttemptAbortedException {
        if (received.isClosing()) {
            connection.abort();
            return;
        }
        if (received instanceof Complete(var reply)) {
            throw connection.unexpectedReply(connection.redaction().apply(reply));
        }
        connection.judge(received); // throws, because it is no reply
    }

    private static boolean isCompleted(Received received) {
        return received instanceof Complete(var reply) && reply.code() == Connection.COMPLETED;
    }
}
