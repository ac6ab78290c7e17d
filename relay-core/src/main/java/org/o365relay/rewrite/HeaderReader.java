package org.o365relay.rewrite;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.o365relay.mail.HeaderSizeLimit;

/// Reads a header and tolerates common errors of devices: LF or CR instead of CRLF, an mbox `From ` line before
/// the header, or no empty line after it. The body begins after the first empty line, or at the first line
/// before it that is neither a field nor the continuation of a field. NUL octets in fields, which are obsolete
/// (RFC 5322 §4.1), are dropped.
public final class HeaderReader {

    private static final int CHUNK = 8 * 1024;
    private static final int END = -1;

    private final InputStream in;
    private final int maxSize;
    private final List<RawField> fields = new ArrayList<>();
    private final StringBuilder field = new StringBuilder();
    private String fieldName = "";
    private byte[] buffer = new byte[CHUNK];
    private int filled;
    private int position;

    HeaderReader(InputStream in) {
        this(in, HeaderSizeLimit.OCTETS);
    }

    /// @param maxSize maximum size of the header, in octets
    HeaderReader(InputStream in, int maxSize) {
        this.in = in;
        this.maxSize = maxSize;
    }

    /// Reads the `From` field of a message.
    ///
    /// @param maxSize maximum number of header octets to scan for the field
    /// @return the value of the first `From` field, unfolded, one octet per character; empty if there is none
    public static Optional<String> from(InputStream message, int maxSize) throws IOException {
        return new HeaderReader(message, maxSize)
                .read().fields().stream()
                        .filter(field -> field.is("From"))
                        .findFirst()
                        .map(RawField::value);
    }

    /// @return size of the header in octets, including the mbox line before it and the empty line after it, if
    ///     present
    int length() {
        return position;
    }

    OriginalMessage read() throws IOException {
        skipMboxLine();
        boolean complete = false;
        while (!complete && position <= maxSize) {
            complete = !readLine();
        }
        endField();
        InputStream rest = new ByteArrayInputStream(buffer, position, filled - position);
        return new OriginalMessage(fields, new SequenceInputStream(rest, in), !complete);
    }

    /// Skips the mbox separator line, which some scripts do not remove. `From : a@b` is a field, not a
    /// separator.
    private void skipMboxLine() throws IOException {
        boolean mbox = startsWith("From ") || startsWith(">From ");
        if (mbox && nameEnd() == position) {
            position = nextLine(lineEnd());
        }
    }

    /// @return false if the header has ended
    private boolean readLine() throws IOException {
        int first = octet(position);
        if (first == '\r' || first == '\n') {
            position = nextLine(position);
            return false;
        }
        boolean continuation = isWhiteSpace(first) && !fieldName.isEmpty();
        int nameEnd = continuation ? position : nameEnd();
        if (!continuation && nameEnd == position) {
            return false;
        }
        if (!continuation) {
            endField();
            fieldName = text(position, nameEnd);
        }
        int end = lineEnd();
        field.append(text(position, end)).append("\r\n");
        position = nextLine(end);
        return true;
    }

    private void endField() {
        if (!fieldName.isEmpty()) {
            fields.add(new RawField(fieldName, field.toString().replace("\0", "")));
        }
        fieldName = "";
        field.setLength(0);
    }

    /// Accepts white space before the colon (RFC 5322 §4.5).
    ///
    /// @return end of the field name at the beginning of this line; the beginning of the line if the line is
    ///     not a field
    private int nameEnd() throws IOException {
        int end = position;
        while (end - position < HeaderFolding.MAX_LINE && isNameOctet(octet(end))) {
            end++;
        }
        int colon = end;
        while (colon - position < HeaderFolding.MAX_LINE && isWhiteSpace(octet(colon))) {
            colon++;
        }
        return octet(colon) == ':' ? end : position;
    }

    /// @return end of the line, before its line ending; the search stops at the size limit
    private int lineEnd() throws IOException {
        int end = position;
        for (int c = octet(end); c != '\r' && c != '\n' && c != END && end <= maxSize; c = octet(end)) {
            end++;
        }
        return end;
    }

    /// Treats several CRs before an LF, as sent by some devices, as one line ending.
    private int nextLine(int end) throws IOException {
        int next = end;
        while (octet(next) == '\r' && next <= maxSize) {
            next++;
        }
        if (octet(next) == '\n') {
            return next + 1;
        }
        return next > end ? end + 1 : end;
    }

    private boolean startsWith(String text) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            if (octet(i) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private int octet(int index) throws IOException {
        while (index >= filled) {
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, 2 * buffer.length);
            }
            int count = in.read(buffer, filled, Math.min(buffer.length - filled, CHUNK));
            if (count < 0) {
                return END;
            }
            filled += count;
        }
        return buffer[index] & 0xff;
    }

    private String text(int from, int to) {
        return new String(buffer, from, to - from, StandardCharsets.ISO_8859_1);
    }

    // RFC 5322 §2.2
    private static boolean isNameOctet(int octet) {
        return octet > ' ' && octet < 0x7f && octet != ':';
    }

    private static boolean isWhiteSpace(int octet) {
        return octet == ' ' || octet == '\t';
    }
}
