package org.o365relay.deliver;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.QueueId;
import org.o365relay.mail.Recipient;

/// A message ready to leave: rewritten, for the recipients not settled yet.
///
/// @param sender the envelope sender
/// @param recipients at least one
/// @param smtpUtf8 whether an address, or the client, needs SMTPUTF8 (RFC 6531)
public record Outgoing(QueueId id, EmailAddress sender, List<Recipient> recipients, boolean smtpUtf8, Content content) {

    public Outgoing {
        recipients = List.copyOf(recipients);
    }

    /// The bytes of a message; written at most once, and never whole in memory.
    @FunctionalInterface
    public interface Content {
        /// Writes the message with CRLF line ends, not dot-stuffed, without the final dot.
        ///
        /// @throws IOException if `out` fails
        void writeTo(OutputStream out) throws IOException;
    }
}
