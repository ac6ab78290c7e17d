package org.o365relay.deliver;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.DsnRequest;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// A message ready to leave: rewritten, for the recipients not settled yet.
///
/// @param sender the envelope sender
/// @param recipients at least one
/// @param smtpUtf8 whether an address, or the client, needs SMTPUTF8 (RFC 6531)
/// @param report what the original sender wants to hear, to be passed on (RFC 3461)
/// @param content as lines of text; goes to any server
/// @param binary the same with its body octet for octet, for a server that takes that (RFC 3030 §3); null if
///     the sender did not call it binary. Only one of the two can be written
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

    /// A message that is text, and about which nobody wants to hear anything special.
    public OutgoingMessage(
            QueueId id, EmailAddress sender, List<Recipient> recipients, boolean smtpUtf8, Content content) {
        this(id, sender, recipients, smtpUtf8, DsnRequest.NONE, content, null);
    }

    /// The bytes of a message; written at most once, and never whole in memory.
    @FunctionalInterface
    public interface Content {
        /// Writes the message, text with CRLF line ends; not dot-stuffed, without the final dot.
        ///
        /// @throws UnacceptableContentException if it turns out on the way that it cannot be written like this
        /// @throws IOException if `out` fails
        void writeTo(OutputStream out) throws IOException;
    }
}
