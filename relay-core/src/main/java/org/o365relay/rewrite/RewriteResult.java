package org.o365relay.rewrite;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Reply;
import org.o365relay.mail.ReportedMessage;
import org.o365relay.mail.UnacceptableContentException;

/// The result of rewriting a message.
public sealed interface RewriteResult {

    /// @return the details of the original message that a notice about it needs
    ReportedMessage original();

    /// A message that Exchange can accept.
    final class Rewritten implements RewriteResult {

        private final EmailAddress sender;
        private final byte[] header;
        private final InputStream body;
        private final @Nullable EmailAddress sendAsAuthor;
        private final boolean binary;
        private final ReportedMessage original;

        Rewritten(
                EmailAddress sender,
                @Nullable EmailAddress sendAsAuthor,
                byte[] header,
                InputStream body,
                boolean binary,
                ReportedMessage original) {
            this.sender = sender;
            this.sendAsAuthor = sendAsAuthor;
            this.header = header;
            this.body = body;
            this.binary = binary;
            this.original = original;
        }

        /// @return the envelope sender: always the mailbox
        public EmailAddress sender() {
            return sender;
        }

        /// @return whether `From` names an author on the send-as list instead of the mailbox
        public boolean isSendAs() {
            return sendAsAuthor != null;
        }

        /// @return the author in `From` if it is on the send-as list; empty if `From` names the mailbox
        public Optional<EmailAddress> sendAsAuthor() {
            return Optional.ofNullable(sendAsAuthor);
        }

        /// @return a copy of the new header, including the empty line at its end
        public byte[] header() {
            return header.clone();
        }

        /// @return the body as received. It can be read only once: from this stream, by [#writeTo] or by
        ///     [#writeBinaryTo]
        public InputStream body() {
            return body;
        }

        @Override
        public ReportedMessage original() {
            return original;
        }

        /// @return whether the client declared the body binary (RFC 3030 §3)
        public boolean isBinary() {
            return binary;
        }

        /// Writes the message with CRLF line endings. If [#isBinary], encodes parts with binary content as
        /// base64. The message can be written only once, by this method or by [#writeBinaryTo].
        ///
        /// @throws UnacceptableContentException if a binary message cannot be converted, because its part
        ///     structure is malformed or too deep, the header of a part is too large, or a signed part would
        ///     have to be encoded
        /// @throws IOException if the original cannot be read or `out` fails
        public void writeTo(OutputStream out) throws IOException {
            if (binary) {
                BinaryMimeEncoder.encode(new SequenceInputStream(new ByteArrayInputStream(header), body), out);
            } else {
                out.write(header);
                new CrlfOutputStream(out).copy(body);
            }
        }

        /// Writes the message with its body unchanged. The message can be written only once, by this method or
        /// by [#writeTo].
        ///
        /// @throws IOException if the original cannot be read or `out` fails
        public void writeBinaryTo(OutputStream out) throws IOException {
            out.write(header);
            body.transferTo(out);
        }
    }

    /// A message that cannot be rewritten.
    ///
    /// @param reply a permanent error reply, used instead of a reply from the upstream
    record Unacceptable(Reply reply, ReportedMessage original) implements RewriteResult {}
}
