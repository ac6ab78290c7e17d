package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.o365relay.mail.EmailAddress;
import org.o365relay.mail.Original;
import org.o365relay.mail.Reply;

/// What became of an original.
public sealed interface Rewriting {

    /// @return what there is to tell of the original in a notice
    Original original();

    /// A message Exchange can accept.
    final class Rewritten implements Rewriting {

        private final EmailAddress sender;
        private final byte[] header;
        private final InputStream body;
        private final boolean alias;
        private final Original original;

        Rewritten(EmailAddress sender, boolean alias, byte[] header, InputStream body, Original original) {
            this.sender = sender;
            this.alias = alias;
            this.header = header;
            this.body = body;
            this.original = original;
        }

        /// @return the envelope sender: always the mailbox
        public EmailAddress sender() {
            return sender;
        }

        /// @return whether the author is one of the send-as list, instead of the mailbox
        public boolean isAlias() {
            return alias;
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
        public Original original() {
            return original;
        }

        /// Writes the message in pieces, with CRLF at every line end and at the end. Can be done once.
        ///
        /// @throws IOException if the original cannot be read or `out` fails
        public void writeTo(OutputStream out) throws IOException {
            out.write(header);
            new CrlfLines(out).copy(body);
        }
    }

    /// A message that cannot be made acceptable.
    ///
    /// @param reply a permanent one, as if the upstream had said it
    record Unacceptable(Reply reply, Original original) implements Rewriting {}
}
