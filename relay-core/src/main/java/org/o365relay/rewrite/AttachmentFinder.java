package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.HeaderSizeLimit;

/// Finds the parts of a message (RFC 2046 §5.1) that can be removed: files in a multipart/mixed, related parts
/// of a multipart/related, and the content of a message that consists of a single file. Signed or encrypted
/// parts (RFC 1847 §2.1) and attached messages are skipped.
///
/// Reads the message once and keeps only one header in memory.
final class AttachmentFinder {

    private static final int MAX_DEPTH = 100;
    private static final int MAX_HEADER = 2 * HeaderSizeLimit.OCTETS;

    private final MimeLineReader lines;
    private final List<byte[]> boundaries = new ArrayList<>(); // of the enclosing multiparts, outermost first
    private final List<FoundAttachment> found = new ArrayList<>();

    private AttachmentFinder(InputStream message) {
        this.lines = new MimeLineReader(message);
    }

    /// An enclosing multipart.
    ///
    /// @param indivisible whether the multipart, or one that encloses it, is signed or encrypted
    record Multipart(String type, String boundary, boolean indivisible) {

        static Multipart of(PartHeader header, String boundary, @Nullable Multipart enclosing) {
            boolean opaque =
                    header.type().equals("multipart/signed") || header.type().equals("multipart/encrypted");
            return new Multipart(header.type(), boundary, opaque || (enclosing != null && enclosing.indivisible));
        }

        private boolean isDivisible() {
            return !indivisible && (type.equals("multipart/mixed") || isRelated());
        }

        private boolean isRelated() {
            return type.equals("multipart/related");
        }

        // RFC 2046 §5.1.5: the parts of a digest are messages unless they declare another type
        private String defaultType() {
            return type.equals("multipart/digest") ? "message/rfc822" : "text/plain";
        }
    }

    /// The position of a part.
    ///
    /// @param parent the multipart that contains the part; null for the message itself
    /// @param index index of the part in its multipart, from 0
    /// @param from offset of the delimiter before the part; 0 for the message itself
    record Position(@Nullable Multipart parent, int index, long from) {

        private boolean isDivisible() {
            return parent == null || (parent.isDivisible() && !(parent.isRelated() && index == 0));
        }
    }

    /// A part that can be removed.
    ///
    /// @param to offset of the delimiter after the part, or size of the message if there is none
    record FoundAttachment(Attachment attachment, Position position, long to) {
        long from() {
            return position.parent() == null ? attachment.from() : position.from();
        }

        long length() {
            return to - from();
        }
    }

    /// The delimiter that ended a part.
    ///
    /// @param level nesting level of the multipart that the delimiter belongs to; -1 for the end of the message
    /// @param closing whether the delimiter closes the multipart
    /// @param at offset of the delimiter
    /// @param before end of the content before the delimiter; the line ending before the delimiter belongs to
    ///     the delimiter
    private record Delimiter(int level, boolean closing, long at, long before) {}

    static List<FoundAttachment> find(InputStream message) throws IOException {
        AttachmentFinder parts = new AttachmentFinder(message);
        parts.entity(new Position(null, 0, 0), 0, "text/plain");
        return parts.found;
    }

    /// @param defaultType type of the part if it has no Content-Type
    private Delimiter entity(Position position, int depth, String defaultType) throws IOException {
        List<RawField> fields = new ArrayList<>();
        Delimiter early = readHeader(fields);
        if (early != null) {
            return early;
        }
        PartHeader header = PartHeader.of(fields, defaultType);
        String boundary = header.boundary();
        if (header.isMultipart() && boundary != null && depth < MAX_DEPTH) {
            return multipart(Multipart.of(header, boundary, position.parent()), depth);
        }
        long begin = lines.nextPosition();
        Delimiter delimiter = skip();
        if (header.isFile() && position.isDivisible()) {
            long end = Math.max(begin, delimiter.before());
            found.add(new FoundAttachment(attachment(header, position.parent(), begin, end), position, delimiter.at()));
        }
        return delimiter;
    }

    private Delimiter multipart(Multipart multipart, int depth) throws IOException {
        int level = boundaries.size();
        boundaries.add(multipart.boundary().getBytes(StandardCharsets.ISO_8859_1));
        Delimiter delimiter = skip(); // the preamble
        for (int index = 0; delimiter.level() == level && !delimiter.closing(); index++) {
            Position position = new Position(multipart, index, delimiter.at());
            delimiter = entity(position, depth + 1, multipart.defaultType());
        }
        boundaries.removeLast();
        return delimiter.level() == level ? skip() : delimiter; // the epilogue
    }

    private static Attachment attachment(PartHeader header, @Nullable Multipart enclosing, long from, long to) {
        String name = header.fileName();
        boolean referenced = enclosing != null
                && (enclosing.isRelated() || header.disposition().equals("inline"));
        return new Attachment(
                name == null ? "attachment" : name,
                header.type(),
                referenced ? header.contentId() : null,
                header.encoding(),
                from,
                to);
    }

    private Delimiter skip() throws IOException {
        long before = lines.nextPosition();
        while (lines.next()) {
            Delimiter delimiter = delimiter(before);
            if (delimiter != null) {
                return delimiter;
            }
            before = lines.nextPosition() - lines.lineEnding().length;
        }
        return new Delimiter(-1, false, lines.position(), lines.position());
    }

    private @Nullable Delimiter delimiter(long before) {
        if (!lines.startsWithHyphens()) {
            return null;
        }
        for (int level = boundaries.size() - 1; level >= 0; level--) {
            for (boolean closing : new boolean[] {false, true}) {
                if (lines.isDelimiter(boundaries.get(level), closing)) {
                    return new Delimiter(level, closing, lines.position(), before);
                }
            }
        }
        return null;
    }

    /// @return the delimiter that ended the header; null if the header ended with an empty line, so that a body
    ///     follows
    private @Nullable Delimiter readHeader(List<RawField> fields) throws IOException {
        StringBuilder field = new StringBuilder();
        int size = 0;
        while (lines.next()) {
            Delimiter delimiter = delimiter(lines.position());
            if (delimiter != null || lines.isEmptyLine()) {
                endField(field, fields);
                return delimiter;
            }
            String text = lines.text();
            if (lines.startsLine() && !text.startsWith(" ") && !text.startsWith("\t")) {
                endField(field, fields);
            }
            size += text.length();
            if (size <= MAX_HEADER) {
                field.append(text).append(lines.lineEnding().length > 0 ? "\r\n" : "");
            }
        }
        endField(field, fields);
        return new Delimiter(-1, false, lines.position(), lines.position());
    }

    private static void endField(StringBuilder field, List<RawField> fields) {
        int colon = field.indexOf(":");
        if (colon > 0) {
            fields.add(new RawField(field.substring(0, colon).strip(), field.toString()));
        }
        field.setLength(0);
    }
}
