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

/// What became of an original.
public sealed interface RewriteResult {

    /// @return what there is to tell of the original in a notice
    ReportedMessage original();

    /// A message Exchange can accept.
    final class Rewritten implements RewriteResult {

        private final EmailAddress sender;
        private final byte[] header;
        private final InputStream body;
        private final @Nullable EmailAddress sendAsAuthor;
        private final boolean binary;
        private final ReportedMessage original;

        Rewritten(
                EmailAddress sender,
                @Nullable EmailAddress alias,
                byte[] header,
                InputStream body,
                boolean binary,
                ReportedMessage original) {
            this.sender = sender;
            this.sendAsAuthor = alias;
            this.header = header;
            this.body = body;
            this.binary = binary;
            this.original = original;
        }

        /// @return the envelope sender: always the mailbox
        public EmailAddress sender() {
            return sender;
        }

        /// @return whether the author is one of the send-as list, instead of the mailbox
        public boolean isSendAs() {
            return sendAsAuthor != null;
        }

        /// @return the author, if it is one of the send-as list; empty if it is the mailbox
        public Optional<EmailAddress> sendAsAuthor() {
            return Optional.ofNullable(sendAsAuthor);
        }

        /// @return a copy of the new header, the empty line included
        public byte[] header() {
            return header.clone();
        }

        /// @return the body as it was received; can be read once, here or by [#writeTo]
        public InputStream body() {
            return body;
        }

        @Override
        public ReportedMessage original() {
            return original;
        }

        /// @return whether the sender called the body binary (RFC 3030 §3)
        public boolean isBinary() {
            return binary;
        }

        /// Writes the message in pieces, with CRLF at every line end and at the end; what is binary in it in
        /// base64. Can be done once.
        ///
        /// @throws UnacceptableContentException if a binary message has no parts to tell apart
        /// @throws IOException if the original cannot be read or `out` fails
        public void writeTo(OutputStream out) throws IOException {
            if (binary) {
                BinaryMimeEncoder.encode(new SequenceInputStream(new ByteArrayInputStream(header), body), out);
            } else {
                out.write(header);
                new CrlfOutputStream(out).copy(body);
            }
        }

        /// Writes the message in pieces, its body octet for octet. Can be done once, instead of [#writeTo].
        ///
        /// @throws IOException if the original cannot be read or `out` fails
        public void writeBinaryTo(OutputStream out) throws IOException {
            out.write(header);
            body.transferTo(out);
        }
    }

    /// A message that cannot be made acceptable.
    ///
    /// @param reply a permanent one, as if the upstream had said it
    record Unacceptable(Reply reply, ReportedMessage original) implements RewriteResult {}
}
