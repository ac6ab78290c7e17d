package org.o365relay.rewrite;

import jakarta.mail.internet.ContentDisposition;
import jakarta.mail.internet.ContentType;
import jakarta.mail.internet.ParseException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.RawText;
import org.o365relay.mail.VisibleText;

/// The header of a MIME part (RFC 2183).
///
/// @param type media type in lower case, without parameters
/// @param boundary boundary of a multipart; null if there is none
/// @param encoding Content-Transfer-Encoding in lower case; empty if there is none
/// @param disposition Content-Disposition in lower case; empty if there is none
/// @param fileName file name; null if there is none
/// @param contentId Content-ID without angle brackets; null if there is none
record PartHeader(
        String type,
        @Nullable String boundary,
        String encoding,
        String disposition,
        @Nullable String fileName,
        @Nullable String contentId) {

    private static final int MAX_NAME = 255;

    /// @param defaultType type of the part if it has no Content-Type
    static PartHeader of(List<RawField> fields, String defaultType) {
        Optional<ContentType> type = value(fields, "Content-Type").flatMap(PartHeader::type);
        Optional<ContentDisposition> disposition =
                value(fields, "Content-Disposition").flatMap(PartHeader::disposition);
        boolean unreadable = type.isEmpty() && value(fields, "Content-Type").isPresent();
        String fileName = Stream.of(
                        disposition.map(value -> value.getParameter("filename")),
                        type.map(value -> value.getParameter("name")))
                .flatMap(Optional::stream)
                .findFirst()
                .map(PartHeader::displayable)
                .filter(name -> !name.isEmpty())
                .orElse(null);
        return new PartHeader(
                type.map(value -> value.getBaseType().toLowerCase(Locale.ROOT))
                        .orElse(unreadable ? "application/octet-stream" : defaultType),
                type.map(value -> value.getParameter("boundary")).orElse(null),
                value(fields, "Content-Transfer-Encoding")
                        .map(value -> value.toLowerCase(Locale.ROOT))
                        .orElse(""),
                disposition
                        .map(value -> value.getDisposition().toLowerCase(Locale.ROOT))
                        .orElse(""),
                fileName,
                value(fields, "Content-ID")
                        .map(id -> id.replaceAll("[<>\\s]", ""))
                        .filter(id -> !id.isEmpty())
                        .orElse(null));
    }

    boolean isMultipart() {
        return type.startsWith("multipart/") && boundary != null && !boundary.isEmpty();
    }

    /// Tests whether the part is a file. The text of the message, multiparts, attached messages, and S/MIME
    /// signatures and encrypted messages (RFC 8551) are not files.
    boolean isFile() {
        boolean excluded = type.startsWith("multipart/") || type.startsWith("message/") || type.contains("pkcs7");
        return !excluded && (!type.startsWith("text/") || disposition.equals("attachment") || fileName != null);
    }

    private static Optional<String> value(List<RawField> fields, String name) {
        return fields.stream()
                .filter(field -> field.is(name))
                .findFirst()
                .map(RawField::value)
                .filter(value -> !value.isEmpty());
    }

    private static Optional<ContentType> type(String value) {
        try {
            return Optional.of(new ContentType(value));
        } catch (ParseException unreadable) {
            return Optional.empty();
        }
    }

    private static Optional<ContentDisposition> disposition(String value) {
        try {
            ContentDisposition disposition = new ContentDisposition(value);
            return disposition.getDisposition() == null ? Optional.empty() : Optional.of(disposition);
        } catch (ParseException unreadable) {
            return Optional.empty();
        }
    }

    /// Decodes encoded words, which many programs use in parameters although they are not allowed there.
    /// Removes unsafe characters, and truncates the name to 255 characters.
    private static String displayable(String name) {
        boolean raw = name.chars().allMatch(c -> c < 0x100);
        String text = EncodedText.decode(raw ? RawText.of(name.getBytes(StandardCharsets.ISO_8859_1)) : name);
        StringBuilder displayable = new StringBuilder();
        text.codePoints().filter(VisibleText::isSafe).limit(MAX_NAME).forEach(displayable::appendCodePoint);
        return displayable.toString().strip();
    }
}
