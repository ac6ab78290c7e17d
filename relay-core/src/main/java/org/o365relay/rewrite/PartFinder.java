package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.HeaderSizeLimit;
import org.o365relay.rewrite.MessagePart.Doubt;
import org.o365relay.rewrite.MessagePart.Offsets;

/// Finds the parts of a message (RFC 2046 §5.1), and reads malformed ones tolerantly. Signed, encrypted and
/// attached messages are not split into their parts, nor are multiparts with a header that other programs may
/// read differently.
///
/// Reads the message once and keeps only the headers of the parts in memory, at most 2 MiB and 50,000 fields
/// and parameters.
final class PartFinder {

    private static final int MAX_DEPTH = 100;
    private static final int MAX_PARTS = 10_000;
    private static final HeaderSizeLimit MAX_HEADERS = new HeaderSizeLimit(2 * 1024 * 1024, 50_000);
    private static final List<String> HEADER_FIELDS =
            List.of("content-type:", "content-transfer-encoding:", "content-disposition:");
    private static final List<String> PGP = List.of("-----begin pgp message", "-----begin pgp signed message");

    private final MimeLineReader lines;
    private final Boundary.Nesting boundaries = new Boundary.Nesting();
    private final List<MessagePart> parts = new ArrayList<>();
    private int headerSize; // of all parts, in octets
    private int fieldCount; // fields and parameters of all parts
    private @Nullable String obstacle;

    private PartFinder(MimeLineReader lines) {
        this.lines = lines;
    }

    /// The parts of a message.
    ///
    /// @param parts all parts; a multipart precedes its parts
    /// @param obstacle why the message must not be split into its parts; null if it may be
    record FoundParts(List<MessagePart> parts, @Nullable String obstacle) {}

    /// The delimiter that ended a part.
    ///
    /// @param level nesting level of the multipart that the delimiter belongs to; -1 for the end of the message
    /// @param closing whether the delimiter closes the multipart
    /// @param at offset of the delimiter
    /// @param before end of the content before the delimiter; the line ending before the delimiter belongs to
    ///     the delimiter
    private record Delimiter(int level, boolean closing, long at, long before) {}

    /// The content of a part.
    ///
    /// @param mayContainParts whether it contains lines that resemble a delimiter or the header of a part
    private record Content(Delimiter end, boolean mayContainParts, boolean hasPgp) {}

    /// The header of a part.
    ///
    /// @param end the delimiter that ended the header; null if the header ended with an empty line, so that a
    ///     body follows
    private record Header(
            List<RawField> fields,
            boolean isMalformed,
            @Nullable Delimiter end) {}

    /// The position of a part in the message.
    private record Position(@Nullable MessagePart parent, int index, long from) {}

    /// @param header fields of the header of the message
    /// @param bodyAt offset of the body in the message
    static FoundParts find(StoredContent message, List<RawField> header, long bodyAt) throws IOException {
        try (InputStream body = message.read(bodyAt, message.size())) {
            PartFinder finder = new PartFinder(new MimeLineReader(body, bodyAt));
            finder.part(new Position(null, 0, bodyAt), new Header(header, false, null), bodyAt, "text/plain");
            return new FoundParts(finder.parts, finder.obstacle);
        }
    }

    private Delimiter part(Position position, Header header, long headerFrom, String defaultType) throws IOException {
        PartHeader type = PartHeader.of(header.fields(), defaultType);
        fieldCount += type.typeField().parameters().size();
        if (type.type().equals("application/pgp-encrypted")) {
            obstacle = "it is encrypted";
        }
        boolean isDoubtful =
                header.isMalformed() || header.end() != null || PartHeader.isContradictory(header.fields());
        if (type.isMultipart() && !type.isProtected() && !isDoubtful) {
            Boundary boundary = Boundary.of(type.typeField());
            if (boundaries.depth() >= MAX_DEPTH || boundaries.anyMatch(boundary::overlaps)) {
                obstacle = "its parts are nested too deeply, or with the same boundary";
            }
            if (obstacle == null) {
                return divide(multipart(position, header, type, boundary, headerFrom), boundary);
            }
        }
        long bodyFrom = lines.nextPosition();
        Content content = header.end() == null ? skip() : new Content(header.end(), false, false);
        Delimiter end = content.end();
        Doubt doubt = isDoubtful ? Doubt.HEADER : content.mayContainParts() ? Doubt.CONTENT : Doubt.NONE;
        Offsets offsets =
                new Offsets(position.from(), headerFrom, bodyFrom, Math.max(bodyFrom, end.before()), end.at());
        MessagePart leaf =
                new MessagePart(position.parent(), position.index(), type, header.fields(), null, doubt, offsets);
        if (content.hasPgp() && !leaf.isRemovable()) {
            obstacle = "its text is signed or encrypted with PGP";
        }
        parts.add(leaf);
        return end;
    }

    private MessagePart multipart(
            Position position, Header header, PartHeader type, Boundary boundary, long headerFrom) {
        long bodyFrom = lines.nextPosition();
        Offsets offsets = new Offsets(position.from(), headerFrom, bodyFrom, bodyFrom, bodyFrom);
        MessagePart multipart = new MessagePart(
                position.parent(), position.index(), type, header.fields(), boundary, Doubt.NONE, offsets);
        parts.add(multipart);
        return multipart;
    }

    private Delimiter divide(MessagePart multipart, Boundary boundary) throws IOException {
        int level = boundaries.enter(boundary);
        Delimiter delimiter = skip().end(); // the preamble
        for (int index = 0; delimiter.level() == level && !delimiter.closing() && obstacle == null; index++) {
            Position position = new Position(multipart, index, delimiter.at());
            long headerFrom = lines.nextPosition();
            Header header = readHeader();
            check(boundary, position, header);
            delimiter = part(position, header, headerFrom, multipart.header().defaultTypeOfParts());
        }
        boundaries.leave();
        return delimiter.level() == level ? skip().end() : delimiter; // the epilogue
    }

    private void check(Boundary boundary, Position position, Header header) {
        boolean isPart = header.fields().stream().anyMatch(field -> field.is(PartHeader.CONTENT_TYPE));
        if (boundary.isGuessed() && position.index() == 0 && !isPart) {
            obstacle = "a multipart declares no boundary";
        } else if (parts.size() > MAX_PARTS) {
            obstacle = "it has more than " + MAX_PARTS + " parts";
        } else if (isTooLarge()) {
            obstacle = "the headers of its parts are too large";
        }
    }

    private boolean isTooLarge() {
        return headerSize > MAX_HEADERS.octets() || fieldCount > MAX_HEADERS.fields();
    }

    private Content skip() throws IOException {
        boolean mayContainParts = false;
        boolean hasPgp = false;
        long before = lines.nextPosition();
        while (lines.next()) {
            Delimiter delimiter = delimiter(before);
            if (delimiter != null) {
                return new Content(delimiter, mayContainParts, hasPgp);
            }
            mayContainParts |= HEADER_FIELDS.stream().anyMatch(lines::startsWith) || resemblesDelimiter();
            hasPgp |= PGP.stream().anyMatch(lines::startsWith);
            before = lines.nextPosition() - lines.lineEnding().length;
        }
        return new Content(new Delimiter(-1, false, lines.position(), lines.position()), mayContainParts, hasPgp);
    }

    private boolean resemblesDelimiter() {
        return lines.startsWithHyphens() && boundaries.anyMatch(boundary -> boundary.resembles(lines));
    }

    private @Nullable Delimiter delimiter(long before) {
        return boundaries
                .match(lines)
                .map(found -> new Delimiter(found.level(), found.closing(), lines.position(), before))
                .orElse(null);
    }

    /// Reads the header of a part. A line that is neither a field nor the continuation of one, or that contains
    /// only white space, makes the header malformed, because programs disagree on whether it ends the header.
    private Header readHeader() throws IOException {
        List<RawField> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean isMalformed = false;
        while (lines.next()) {
            Delimiter delimiter = delimiter(lines.position());
            if (delimiter != null || lines.isEmptyLine()) {
                isMalformed |= !endField(field, fields);
                return new Header(fields, isMalformed, delimiter);
            }
            String text = lines.text();
            boolean continues = !lines.startsLine() || text.startsWith(" ") || text.startsWith("\t");
            if (!continues) {
                isMalformed |= !endField(field, fields);
                fieldCount++;
            }
            headerSize += text.length();
            fieldCount += carriageReturns(text); // some programs end a line there
            isMalformed |= text.isBlank() || (continues && field.isEmpty());
            if (!isTooLarge()) {
                field.append(text).append(lines.lineEnding().length > 0 ? "\r\n" : "");
            }
        }
        endField(field, fields);
        return new Header(fields, true, new Delimiter(-1, false, lines.position(), lines.position()));
    }

    private static int carriageReturns(String text) {
        return Math.toIntExact(text.chars().filter(c -> c == '\r').count());
    }

    /// @return false if the text is not a field (RFC 5322 §2.2)
    private static boolean endField(StringBuilder field, List<RawField> fields) {
        int colon = field.indexOf(":");
        String name = field.substring(0, Math.max(0, colon)).stripTrailing();
        boolean isField =
                !name.isEmpty() && !name.startsWith("--") && name.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (isField) {
            fields.add(new RawField(name, field.toString()));
        }
        boolean isMalformed = !field.isEmpty() && !isField;
        field.setLength(0);
        return !isMalformed;
    }
}
