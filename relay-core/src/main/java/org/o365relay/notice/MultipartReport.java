package org.o365relay.notice;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// A `multipart/report` (RFC 6522 §3). The caller chooses the boundary, so that composing the same report again
/// produces the same bytes.
final class MultipartReport extends MimeMultipart {

    private static final int MAX_LINE = 998;

    private final String boundary;
    private boolean eightBit;

    /// @param boundary must contain `=_`, which no encoded part can contain
    MultipartReport(String boundary) throws MessagingException {
        this.boundary = boundary;
        ContentType type = new ContentType("multipart", "report", null);
        type.setParameter("report-type", "delivery-status");
        type.setParameter("boundary", boundary);
        contentType = type.toString();
    }

    /// Adds a text part, encoded as quoted-printable unless it is US-ASCII without NUL, its lines have at most
    /// 998 octets (counting CR, but not LF), and it does not contain `=_`. RFC 6522 §4 allows this encoding for
    /// the original header, too.
    void add(String type, String description, byte[] content) throws MessagingException, IOException {
        if (isPlain(content)) {
            addPlain(type, description, content);
        } else {
            add(type, description, "quoted-printable", quotedPrintable(content));
        }
    }

    /// Adds a part without encoding it. The content must be US-ASCII with lines of at most 998 octets, and must
    /// not contain the boundary.
    void addPlain(String type, String description, byte[] content) throws MessagingException {
        add(type, description, "7bit", content);
    }

    /// Adds the whole message, which must not be encoded (RFC 2046 §5.2.1).
    ///
    /// @param original the message, with any line endings
    /// @return whether the message was added; false if it is empty, has lines of more than 998 octets, or
    ///     contains NUL or the boundary
    boolean addMessage(String description, byte[] original) throws MessagingException {
        String text = new String(original, ISO_8859_1).replaceAll("\r\n?|\n", "\r\n");
        boolean possible = !text.isEmpty()
                && text.indexOf('\0') < 0
                && !text.contains(boundary)
                && text.lines().allMatch(line -> line.length() <= MAX_LINE);
        if (possible) {
            boolean ascii = text.chars().allMatch(c -> c < 0x80);
            eightBit |= !ascii;
            add("message/rfc822", description, ascii ? "7bit" : "8bit", text.getBytes(ISO_8859_1));
        }
        return possible;
    }

    /// @return whether a part contains octets beyond US-ASCII
    boolean isEightBit() {
        return eightBit;
    }

    private void add(String type, String description, String encoding, byte[] encoded) throws MessagingException {
        InternetHeaders headers = new InternetHeaders();
        headers.addHeaderLine("Content-Type: " + type);
        headers.addHeaderLine("Content-Description: " + description);
        headers.addHeaderLine("Content-Transfer-Encoding: " + encoding);
        addBodyPart(new MimeBodyPart(headers, encoded));
    }

    private static boolean isPlain(byte[] content) {
        int line = 0;
        for (int i = 0; i < content.length; i++) {
            byte c = content[i];
            line = c == '\n' ? 0 : line + 1;
            boolean boundaryLike = c == '_' && i > 0 && content[i - 1] == '=';
            if (c <= 0 || line > MAX_LINE || boundaryLike) {
                return false;
            }
        }
        return true;
    }

    static byte[] quotedPrintable(byte[] content) throws MessagingException, IOException {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream(content.length + content.length / 4);
        try (OutputStream out = MimeUtility.encode(encoded, "quoted-printable")) {
            out.write(content);
        }
        return encoded.toByteArray();
    }
}
