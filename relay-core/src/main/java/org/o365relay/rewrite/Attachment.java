package org.o365relay.rewrite;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeUtility;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.angus.mail.util.BASE64DecoderStream;
import org.jspecify.annotations.Nullable;

/// A MIME part that can be sent separately from its message.
///
/// @param name file name, never empty
/// @param type media type, such as `application/pdf`
/// @param contentId Content-ID, without angle brackets, with which the text may refer to the part; null if the
///     part has none, or if it is neither inline nor in a multipart/related
/// @param encoding the Content-Transfer-Encoding, in lower case; empty if there is none
/// @param from offset of the encoded content in the message
/// @param to end of the encoded content, exclusive
public record Attachment(String name, String type, @Nullable String contentId, String encoding, long from, long to) {

    /// @return the decoded content. Malformed base64 is decoded as far as possible; content with an unknown
    ///     encoding is returned encoded
    public InputStream open(StoredContent message) throws IOException {
        InputStream encoded = message.read(from, to);
        try {
            return encoding.equals("base64")
                    ? new BASE64DecoderStream(encoded, true)
                    : MimeUtility.decode(encoded, encoding.isEmpty() ? "binary" : encoding);
        } catch (MessagingException unknownEncoding) {
            return encoded;
        }
    }
}
