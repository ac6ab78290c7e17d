package org.o365relay.notice;

import jakarta.mail.MessagingException;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.InternetHeaders;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.internet.MimeUtility;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/// A `multipart/report` (RFC 6522 §3). The boundary is given, so that the same report has the same bytes.
final class Report extends MimeMultipart {

    private static final int MAX_LINE = 998;

    /// @param boundary must have `=_` in it, which no encoded part can contain
    Report(String boundary) throws MessagingException {
        ContentType type = new ContentType("multipart", "report", null);
        type.setParameter("report-type", "delivery-status");
        type.setParameter("boundary", boundary);
        contentType = type.toString();
    }

    /// Adds a part of any text; quoted-printable if it is not short lines of US-ASCII already, or could hold
    /// the boundary (RFC 6522 §4 lets a broken original header be encoded, too).
    void add(String type, String description, byte[] content) throws MessagingException, IOException {
        if (isPlain(content)) {
            addPlain(type, description, content);
        } else {
            add(type, description, "quoted-printable", quotedPrintable(content));
        }
    }

    /// Adds a part of US-ASCII with short lines, none of which can be taken for the boundary.
    void addPlain(String type, String description, byte[] content) throws MessagingException {
        add(type, description, "7bit", content);
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

    private static byte[] quotedPrintable(byte[] content) throws MessagingException, IOException {
        ByteArrayOutputStream encoded = new ByteArrayOutputStream(content.length + content.length / 4);
        try (OutputStream out = MimeUtility.encode(encoded, "quoted-printable")) {
            out.write(content);
        }
        return encoded.toByteArray();
    }
}
