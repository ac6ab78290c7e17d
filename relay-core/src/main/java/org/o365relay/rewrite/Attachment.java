package org.o365relay.rewrite;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeUtility;
import java.io.IOException;
import java.io.InputStream;
import org.eclipse.angus.mail.util.BASE64DecoderStream;
import org.jspecify.annotations.Nullable;

/// A part that can travel apart from its message.
///
/// @param name never empty
/// @param type such as `application/pdf`
/// @param contentId by which the message's text shows it, without angle brackets; null if it is a file of its own
/// @param encoding the Content-Transfer-Encoding, lower case; empty for none
/// @param from where its encoded content begins in the message
/// @param to where that ends
public record Attachment(String name, String type, @Nullable String contentId, String encoding, long from, long to) {

    /// @return its content, decoded; of broken base64 what can be read
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
