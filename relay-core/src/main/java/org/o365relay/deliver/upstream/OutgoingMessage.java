package org.o365relay.deliver.upstream;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// A rewritten message, ready to be sent to the recipients of one attempt.
///
/// @param sender the envelope sender
/// @param recipients recipients of this attempt; at least one
/// @param smtpUtf8 whether the message requires SMTPUTF8 (RFC 6531 §3.4)
/// @param size size of the message as it was received, in octets, which may differ from the size of the message
///     as it is sent; 0 if unknown
/// @param dsnRequest DSN parameters for the upstream (RFC 3461)
/// @param content the message as lines of text; binary parts are encoded
/// @param binary the message with an unchanged body, for a server that offers BINARYMIME (RFC 3030 §3); null if
///     the client did not declare the message binary. Only one of `content` and `binary` can be written
public record OutgoingMessage(
        QueueId id,
        EmailAddress sender,
        List<Recipient> recipients,
        boolean smtpUtf8,
        long size,
        DsnRequest dsnRequest,
        Content content,
        @Nullable Content binary) {

    public OutgoingMessage {
        recipients = List.copyOf(recipients);
    }

    /// A text message of unknown size without DSN parameters.
    public OutgoingMessage(
            QueueId id, EmailAddress sender, List<Recipient> recipients, boolean smtpUtf8, Content content) {
        this(id, sender, recipients, smtpUtf8, 0, DsnRequest.NONE, content, null);
    }

    /// @return this message for some of its recipients
    public OutgoingMessage to(List<Recipient> some) {
        return new OutgoingMessage(id, sender, some, smtpUtf8, size, dsnRequest, content, binary);
    }

    /// @return this message without the binary form
    public OutgoingMessage asText() {
        return new OutgoingMessage(id, sender, recipients, smtpUtf8, size, dsnRequest, content, null);
    }

    /// The content of a message. It can be written only once, and is never entirely in memory.
    @FunctionalInterface
    public interface Content {
        /// Writes the message; text has CRLF line endings. The output is not dot-stuffed, and does not include
        /// the final dot.
        ///
        /// @throws UnacceptableContentException if the content turns out to be unacceptable while it is written
        /// @throws IOException if `out` fails, or if the stored message cannot be read
        void writeTo(OutputStream out) throws IOException;
    }
}
