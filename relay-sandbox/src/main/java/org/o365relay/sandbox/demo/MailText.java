package org.o365relay.sandbox.demo;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.util.Arrays;
import java.util.Optional;

/// A parsed message: decoded header fields and the raw body.
final class MailText {

    private final InternetHeaders header;
    private final byte[] body;

    private MailText(InternetHeaders header, byte[] body) {
        this.header = header;
        this.body = body;
    }

    static MailText of(byte[] content) throws IOException {
        try {
            ByteArrayInputStream in = new ByteArrayInputStream(content);
            InternetHeaders header = new InternetHeaders(in, true);
            return new MailText(header, in.readAllBytes());
        } catch (MessagingException e) {
            throw new IOException("not a message: " + e.getMessage(), e);
        }
    }

    /// @return the value of the field, unfolded and with encoded words decoded; the values of repeated fields
    ///     are joined by commas; empty if the field is missing
    Optional<String> field(String name) {
        return Optional.ofNullable(header.getHeader(name, ", ")).map(MailText::readable);
    }

    int bodySize() {
        return body.length;
    }

    boolean hasSameBodyAs(MailText other) {
        return Arrays.equals(body, other.body);
    }

    private static String readable(String raw) {
        String unfolded = MimeUtility.unfold(raw).strip();
        try {
            return MimeUtility.decodeText(unfolded);
        } catch (UnsupportedEncodingException unknownCharset) {
            return unfolded;
        }
    }
}
