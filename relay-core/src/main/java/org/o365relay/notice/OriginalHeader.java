package org.o365relay.notice;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetHeaders;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.o365relay.mail.EncodedWords;
import org.o365relay.mail.RawText;
import org.o365relay.mail.ReportedMessage;

/// The header of the reported message, as quoted in a notice.
final class OriginalHeader {

    private static final int MAX_QUOTED = 32 * 1024;
    private static final int MAX_TEXT = 200;

    // RFC 5322 §3.6.4; the limit keeps the line with the copied ID below 998 octets
    private static final Pattern MESSAGE_ID = Pattern.compile("<[\\x21-\\x7e&&[^<>]]{1,500}>");

    private final byte[] octets;
    private final InternetHeaders fields;

    OriginalHeader(ReportedMessage original) throws MessagingException {
        octets = withoutBcc(original.header());
        fields = new InternetHeaders(new ByteArrayInputStream(octets));
    }

    /// @return the decoded value of the field on one line, truncated to 200 characters; empty if the field is
    ///     missing or empty
    Optional<String> text(String name) {
        return Optional.ofNullable(fields.getHeader(name, null))
                .map(value -> value.substring(0, Math.min(value.length(), 8 * MAX_TEXT)))
                .map(OriginalHeader::decoded)
                .map(value -> LineWrapping.truncated(LineWrapping.singleLine(value), MAX_TEXT))
                .filter(value -> !value.isEmpty());
    }

    Optional<String> messageId() {
        return Optional.ofNullable(fields.getHeader("Message-ID", null))
                .map(String::strip)
                .filter(value -> MESSAGE_ID.matcher(value).matches());
    }

    /// @return the header; if it is longer than 32 KiB, only as many complete fields as fit
    byte[] quoted() {
        String header = new String(octets, StandardCharsets.ISO_8859_1);
        if (header.length() <= MAX_QUOTED) {
            return octets;
        }
        int end = header.lastIndexOf("\r\n", MAX_QUOTED - 2) + 2;
        while (end > 1 && (header.charAt(end) == ' ' || header.charAt(end) == '\t')) {
            end = header.lastIndexOf("\r\n", end - 3) + 2;
        }
        return header.substring(0, end > 1 ? end : 0).getBytes(StandardCharsets.ISO_8859_1);
    }

    /// @param message the message, with any line endings
    /// @return the message with CRLF line endings and without Bcc and Resent-Bcc
    static byte[] withoutBcc(byte[] message) {
        String text = new String(message, StandardCharsets.ISO_8859_1).replaceAll("\r{0,8}\n|\r", "\r\n");
        StringBuilder kept = new StringBuilder(text.length());
        boolean bcc = false;
        int at = 0;
        while (at < text.length() && !text.startsWith("\r\n", at)) {
            int lineFeed = text.indexOf('\n', at);
            int end = lineFeed < 0 ? text.length() : lineFeed + 1;
            boolean continuation = text.charAt(at) == ' ' || text.charAt(at) == '\t';
            bcc = continuation ? bcc : isBcc(text.substring(at, end));
            kept.append(text, at, bcc ? at : end);
            at = end;
        }
        return kept.append(text, at, text.length()).toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static boolean isBcc(String line) {
        String name = line.substring(0, Math.max(0, line.indexOf(':'))).strip();
        return name.equalsIgnoreCase("Bcc") || name.equalsIgnoreCase("Resent-Bcc");
    }

    private static String decoded(String value) {
        String text = RawText.of(value.replaceAll("\r?\n", "").getBytes(StandardCharsets.ISO_8859_1));
        return EncodedWords.decode(text);
    }
}
