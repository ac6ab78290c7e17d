package org.o365relay.rewrite;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeUtility;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.angus.mail.util.BASE64DecoderStream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.TransferEncoding;

/// A MIME part that can be sent separately from its message.
///
/// @param name file name, never empty
/// @param type media type, such as `application/pdf`
/// @param contentId Content-ID without angle brackets; null if there is none
/// @param isInline whether the part is assumed to be referenced by its Content-ID: it has one, and is `inline`,
///     or in a `multipart/related` and no `attachment`
/// @param encoding a known encoding
/// @param from offset of the encoded content in the message
/// @param to end of the encoded content, exclusive
public record Attachment(
        String name,
        String type,
        @Nullable String contentId,
        boolean isInline,
        TransferEncoding encoding,
        long from,
        long to) {

    /// @return the decoded content
    public InputStream open(StoredContent message) throws IOException {
        InputStream encoded = message.read(from, to);
        try {
            return encoding == TransferEncoding.BASE64
                    ? new BASE64DecoderStream(encoded, true) // tolerates missing padding
                    : MimeUtility.decode(encoded, encoding.token());
        } catch (MessagingException unknownEncoding) {
            throw new IllegalStateException("unknown encoding", unknownEncoding);
        }
    }

    /// Tests whether every program decodes the content to the same octets.
    ///
    /// - base64 (RFC 2045 §6.8): only the alphabet and white space, and nothing after the padding
    /// - quoted-printable (RFC 2045 §6.7): valid escapes, and no white space at the end of a line
    boolean isUnambiguous(StoredContent message) throws IOException {
        try (InputStream content = message.read(from, to)) {
            return switch (encoding) {
                case IDENTITY, BINARY -> true;
                case BASE64 -> EncodedContent.isValidBase64(content);
                case QUOTED_PRINTABLE -> EncodedContent.isValidQuotedPrintable(content);
                case UNKNOWN -> false;
            };
        }
    }
}
