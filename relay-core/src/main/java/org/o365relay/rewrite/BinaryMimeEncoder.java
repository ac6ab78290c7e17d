package org.o365relay.rewrite;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.HeaderSizeLimit;
import org.o365relay.mail.Reply;
import org.o365relay.mail.TransferEncoding;
import org.o365relay.mail.UnacceptableContentException;
import org.o365relay.rewrite.Boundary.Nesting.Delimiter;

/// Converts a binary message for a server without BINARYMIME (RFC 3030 §3): binary parts are encoded as base64
/// (RFC 2045 §6.8); the rest is unchanged except for line endings and the fields that declare the encoding.
///
/// 1. For each part, the Content-Type and Content-Transfer-Encoding are read from its header.
/// 2. Composite parts (multiparts and messages) must not be encoded as a whole (RFC 2045 §6.4); instead, the
///    parts inside them are encoded.
/// 3. Other parts are encoded if they are declared as binary, or if they are not encoded but contain NUL or
///    line endings other than CRLF, or are larger than 256 KiB ([TextPartEncoder]).
/// 4. Signed parts (RFC 1847 §2.1) cannot be encoded without breaking the signature. A message is rejected if
///    a signed part is declared as binary or contains NUL or line endings other than CRLF; the size of signed
///    parts does not matter.
///
/// Reads the message once, and keeps one header and at most 256 KiB of content in memory.
final class BinaryMimeEncoder {

    private static final int MAX_DEPTH = 100;
    private static final HeaderSizeLimit MAX_HEADER = HeaderSizeLimit.REWRITTEN;
    private static final byte[] CRLF = {'\r', '\n'};
    private static final Delimiter END = new Delimiter(-1, false); // of the message

    private final MimeLineReader lines;
    private final CrlfOutputStream crlf;
    private final OutputStream out;
    private int signed; // number of enclosing multipart/signed parts
    private final Boundary.Nesting boundaries = new Boundary.Nesting();

    private BinaryMimeEncoder(InputStream message, OutputStream out) {
        this.lines = new MimeLineReader(message);
        this.crlf = new CrlfOutputStream(out);
        this.out = new BufferedOutputStream(crlf, 16 * 1024);
    }

    /// Copies a message, and encodes its binary parts.
    ///
    /// @throws UnacceptableContentException if the message cannot be converted, because its part structure is
    ///     malformed or too deep, the header of a part is too large, or a signed part would have to be encoded;
    ///     by then, part of the message may have been written to `out`
    static void encode(InputStream message, OutputStream out) throws IOException {
        BinaryMimeEncoder encoder = new BinaryMimeEncoder(message, out);
        encoder.entity(0, "text/plain");
        encoder.out.flush();
        encoder.crlf.finish();
    }

    /// @param defaultType type of the part if it has no Content-Type
    private Delimiter entity(int depth, String defaultType) throws IOException {
        if (depth > MAX_DEPTH) {
            throw unacceptable("its parts are nested more than " + MAX_DEPTH + " levels deep");
        }
        List<RawField> header = new ArrayList<>();
        Delimiter delimiter = readHeader(header);
        if (delimiter != null) {
            write(header, "");
            endWith(delimiter, new byte[0]);
            return delimiter;
        }
        PartHeader part = PartHeader.of(header, defaultType);
        TransferEncoding encoding = part.encoding();
        if (encoding == TransferEncoding.BINARY && signed > 0) {
            throw unacceptable("a binary part is signed");
        }
        if (part.isMultipart()) {
            writeComposite(header, encoding);
            return multipart(depth, boundaryOf(part), part);
        }
        boolean message = part.type().equals("message/rfc822") || part.type().equals("message/global");
        if (message && !encoding.isEncoded()) {
            writeComposite(header, encoding);
            return entity(depth + 1, "text/plain");
        }
        return leaf(header, encoding, depth == 0);
    }

    private Delimiter leaf(List<RawField> header, TransferEncoding encoding, boolean topLevel) throws IOException {
        return switch (encoding) {
            case BINARY -> copyPart(beginEncoded(header));
            case BASE64, QUOTED_PRINTABLE, UNKNOWN -> {
                writeWithBody(header, "");
                yield copyPart(new NonClosing(out));
            }
            case IDENTITY ->
                copyPart(new TextPartEncoder(signed > 0, () -> beginPlain(header), () -> {
                    if (signed > 0) {
                        throw unacceptable("a signed part contains NUL or line endings other than CRLF");
                    }
                    if (topLevel && value(header, "MIME-Version").isEmpty()) {
                        header.add(RawField.of("MIME-Version", "1.0")); // RFC 2045 §4
                    }
                    return beginEncoded(header);
                }));
        };
    }

    private OutputStream beginPlain(List<RawField> header) throws IOException {
        writeWithBody(header, "");
        return new NonClosing(out);
    }

    private OutputStream beginEncoded(List<RawField> header) throws IOException {
        writeWithBody(header, "base64");
        return Base64.getMimeEncoder(76, CRLF).wrap(new NonClosing(out));
    }

    private Delimiter multipart(int depth, Boundary boundary, PartHeader header) throws IOException {
        int signedLevels = header.type().equals("multipart/signed") ? 1 : 0;
        int level = boundaries.enter(boundary);
        signed += signedLevels;
        Delimiter delimiter = copyPart(new NonClosing(out)); // the preamble
        while (delimiter.level() == level && !delimiter.closing()) {
            delimiter = entity(depth + 1, header.defaultTypeOfParts());
        }
        signed -= signedLevels;
        boundaries.leave();
        return delimiter.level() == level ? copyPart(new NonClosing(out)) : delimiter; // the epilogue
    }

    /// Copies the message up to the next delimiter, and closes the target. The line ending before a delimiter
    /// is part of the delimiter (RFC 2046 §5.1.1), not of the content.
    private Delimiter copyPart(OutputStream target) throws IOException {
        byte[] lineEnding = {};
        Delimiter delimiter = null;
        while (delimiter == null && lines.next()) {
            delimiter = boundaries.match(lines).orElse(null);
            if (delimiter == null) {
                target.write(lineEnding);
                lines.writeTo(target);
                lineEnding = lines.lineEnding();
            }
        }
        if (delimiter == null) {
            target.write(lineEnding);
        }
        target.close();
        if (delimiter == null) {
            return END;
        }
        endWith(delimiter, lineEnding);
        return delimiter;
    }

    /// Writes the delimiter that was read last, unless the message has ended.
    private void endWith(Delimiter delimiter, byte[] lineEnding) throws IOException {
        if (delimiter.level() >= 0) {
            out.write(lineEnding);
            lines.writeTo(out);
            out.write(lines.lineEnding());
        }
    }

    /// @return the delimiter that ended the header; null if the header ended with an empty line, so that a body
    ///     follows
    private @Nullable Delimiter readHeader(List<RawField> fields) throws IOException {
        StringBuilder field = new StringBuilder();
        int size = 0;
        Delimiter end = END;
        while (lines.next()) {
            Delimiter delimiter = boundaries.match(lines).orElse(null);
            if (lines.isEmptyLine() || delimiter != null) {
                end = delimiter;
                break;
            }
            String text = lines.text();
            if (lines.startsLine() && !text.startsWith(" ") && !text.startsWith("\t")) {
                endField(field, fields);
            }
            field.append(text).append(lines.lineEnding().length > 0 ? "\r\n" : "");
            size += text.length();
            if (size > MAX_HEADER.octets() || fields.size() > MAX_HEADER.fields()) {
                throw unacceptable("the header of a part exceeds 2 MiB or 20,000 fields");
            }
        }
        endField(field, fields);
        return end;
    }

    private static void endField(StringBuilder field, List<RawField> fields) throws UnacceptableContentException {
        if (field.isEmpty()) {
            return;
        }
        String text = field.toString();
        int colon = text.indexOf(':');
        if (colon <= 0) {
            throw unacceptable("a part has an invalid header");
        }
        fields.add(new RawField(text.substring(0, colon).strip(), text));
        field.setLength(0);
    }

    /// Writes the header of a part that contains others, and then discards it to save memory: there may be one
    /// at each level.
    private void writeComposite(List<RawField> header, TransferEncoding encoding) throws IOException {
        writeWithBody(header, encoding == TransferEncoding.BINARY ? "8bit" : "");
        header.clear();
    }

    private void writeWithBody(List<RawField> header, String encoding) throws IOException {
        write(header, encoding);
        out.write(CRLF);
    }

    /// @param encoding the new Content-Transfer-Encoding; empty to keep the existing one
    private void write(List<RawField> header, String encoding) throws IOException {
        for (RawField field : header) {
            boolean changes = !encoding.isEmpty() && field.is("Content-Transfer-Encoding");
            String text = changes ? RawField.of(field.name(), encoding).text() : field.text();
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }
        if (encoding.equals("base64")
                && value(header, "Content-Transfer-Encoding").isEmpty()) {
            out.write("Content-Transfer-Encoding: base64\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
    }

    private static Boundary boundaryOf(PartHeader header) throws UnacceptableContentException {
        Boundary boundary = Boundary.of(header.typeField());
        if (boundary.isGuessed()) {
            throw unacceptable("a multipart has no boundary");
        }
        return boundary;
    }

    private static Optional<String> value(List<RawField> header, String name) {
        return header.stream().filter(field -> field.is(name)).findFirst().map(RawField::value);
    }

    // Status codes of RFC 3030 §3 and RFC 3463 §3.7: the conversion is required but not supported
    private static UnacceptableContentException unacceptable(String why) {
        return new UnacceptableContentException(Reply.of(
                554,
                "5.6.3",
                "The message is binary (BINARYMIME), which the mail service does not support, and the relay cannot"
                        + " convert it: " + why));
    }

    /// The output for one part. Closing it does not close the output for the message.
    private static final class NonClosing extends FilterOutputStream {

        NonClosing(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            out.write(octets, offset, length);
        }

        @Override
        public void close() {}
    }
}
