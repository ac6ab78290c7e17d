package org.o365relay.deliver.smtp;

import org.o365relay.mail.Reply;

/// What an upstream sent where a reply was expected.
sealed interface Received {

    int SERVICE_CLOSING = 421; // RFC 5321 §3.8

    /// @return whether the server says that it is closing the connection, or has closed it without sending
    ///     another octet
    default boolean isClosing() {
        return switch (this) {
            case Complete(var reply) -> reply.code() == SERVICE_CLOSING;
            case Invalid(var fault, var text) -> fault == Fault.END_OF_STREAM && text.isEmpty();
        };
    }

    /// A reply, read to its last line.
    record Complete(Reply reply) implements Received {}

    /// Not a reply, or not all of it. It is unknown whether the command succeeded and where the next reply
    /// begins, so the connection cannot be used any more.
    ///
    /// @param text the octets received, decoded as UTF-8; of a reply with too many octets, its beginning. Empty
    ///     if the stream ended before a reply
    record Invalid(Fault fault, String text) implements Received {}

    /// What is wrong with a reply.
    enum Fault {
        /// A line does not begin with a code from 200 to 599 that is followed by a space, a hyphen or the end
        /// of the line, or it contains a CR that does not end it.
        MALFORMED,
        /// The lines have different codes, and the last code is not a failure code (4xx or 5xx).
        CONTRADICTORY,
        /// The reply exceeds a limit of [ReplyReader].
        TOO_LONG,
        /// The stream ended.
        END_OF_STREAM
    }
}
