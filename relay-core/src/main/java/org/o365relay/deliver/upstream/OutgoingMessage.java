package org.o365relay.deliver.upstream;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// A rewritten message, ready to be sent to the recipients not yet settled.
///
/// @param sender the envelope sender
/// @param recipients at least one
/// @param smtpUtf8 whether an address, or the client, needs SMTPUTF8 (RFC 6531)
/// @param report DSN parameters for the upstream (RFC 3461)
/// @param content as lines of text, for any server
/// @param binary with its body octet for octet, for a server that offers BINARYMIME (RFC 3030 §3); null if the
///     client did not declare it binary. Only one of the two can be written
public record OutgoingMessage(
        QueueId id,
        EmailAddress sender,
        List<Recipient> recipients,
        boolean smtpUtf8,
        DsnRequest report,
        Content content,
        @Nullable Content binary) {

    public OutgoingMessage {
        recipients = List.copyOf(recipients);
    }

    /// A text message without DSN parameters.
    public OutgoingMessage(
            QueueId id, EmailAddress sender, List<Recipient> recipients, boolean smtpUtf8, Content content) {
        this(id, sender, recipients, smtpUtf8, DsnRequest.NONE, content, null);
    }

    /// The content of a message; written at most once, never whole in memory.
    @FunctionalInterface
    public interface Content {
        /// Writes the message, text with CRLF line ends; not dot-stuffed, without the final dot.
        ///
        /// @throws UnacceptableContentException if the content turns out not to be acceptable while it is
        ///     written
        /// @throws IOException if `out` fails
        void writeTo(OutputStream out) throws IOException;
    }
}
