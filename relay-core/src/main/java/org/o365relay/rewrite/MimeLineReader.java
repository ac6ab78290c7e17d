package org.o365relay.rewrite;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/// Reads a message line by line, in bounded memory: long lines are read in pieces. Lines end with LF, with or
/// without a CR before it.
final class MimeLineReader {

    private static final int BUFFER = 16 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int filled;
    private boolean exhausted;

    private long shifted; // offset of the buffer in the message

    // the current piece
    private int from;
    private int length;
    private int lineEndingLength;
    private boolean endedLine = true;
    private boolean startsLine;

    MimeLineReader(InputStream in) {
        this(in, 0);
    }

    /// @param offset offset in the message at which the stream begins
    MimeLineReader(InputStream in, long offset) {
        this.in = in;
        this.shifted = offset;
    }

    /// Advances to the next piece.
    ///
    /// @return false at the end of the message
    boolean next() throws IOException {
        from += length + lineEndingLength;
        startsLine = endedLine;
        int end = indexOfLineFeed();
        endedLine = end >= 0;
        if (end < 0) {
            boolean splitsCrLf = filled - from > 1 && buffer[filled - 1] == '\r' && !exhausted;
            length = filled - from - (splitsCrLf ? 1 : 0);
            lineEndingLength = 0;
            return length > 0;
        }
        boolean crLf = end > from && buffer[end - 1] == '\r';
        lineEndingLength = crLf ? 2 : 1;
        length = end + 1 - lineEndingLength - from;
        return true;
    }

    /// @return offset of the current piece in the message; after the last piece, the size of the message
    long position() {
        return shifted + from;
    }

    /// @return offset of the next piece
    long nextPosition() {
        return shifted + from + length + lineEndingLength;
    }

    /// @return whether the piece is the beginning of a line
    boolean startsLine() {
        return startsLine;
    }

    /// @return whether the piece is an empty line
    boolean isEmptyLine() {
        return startsLine && length == 0;
    }

    /// @return the piece without its line ending, one octet per character
    String text() {
        return new String(buffer, from, length, StandardCharsets.ISO_8859_1);
    }

    /// @return a copy of the line ending after the piece; empty if there is none
    byte[] lineEnding() {
        byte[] octets = new byte[lineEndingLength];
        System.arraycopy(buffer, from + length, octets, 0, lineEndingLength);
        return octets;
    }

    /// Writes the piece without its line ending.
    void writeTo(OutputStream out) throws IOException {
        out.write(buffer, from, length);
    }

    /// @return whether the piece is the beginning of a line that may be a delimiter
    boolean startsWithHyphens() {
        return startsLine && length >= 2 && isHyphens(0, 2);
    }

    /// @param text ASCII text in lower case, without control characters
    /// @return whether the piece is the beginning of a line that begins with the text, ignoring case
    boolean startsWith(String text) {
        if (!startsLine || length < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if ((buffer[from + i] | 0x20) != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /// Tests whether the line is a delimiter (RFC 2046 §5.1.1): `--boundary`, optionally followed by white
    /// space.
    ///
    /// @param boundary one octet per character
    /// @param closing whether to test for the closing delimiter `--boundary--` instead
    boolean isDelimiter(String boundary, boolean closing) {
        boolean isWhole = lineEndingLength > 0 || exhausted;
        int hyphens = closing ? 2 : 0;
        int end = 2 + boundary.length() + hyphens;
        return isWhole
                && length >= end
                && beginsDelimiter(boundary)
                && isHyphens(2 + boundary.length(), hyphens)
                && isBlank(end);
    }

    /// @param boundary one octet per character
    /// @return whether the piece is the beginning of a line that begins with `--boundary`
    boolean beginsDelimiter(String boundary) {
        if (!startsWithHyphens() || length < 2 + boundary.length()) {
            return false;
        }
        for (int i = 0; i < boundary.length(); i++) {
            if ((buffer[from + 2 + i] & 0xff) != boundary.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isHyphens(int index, int count) {
        for (int i = 0; i < count; i++) {
            if (buffer[from + index + i] != '-') {
                return false;
            }
        }
        return true;
    }

    private boolean isBlank(int index) {
        for (int i = from + index; i < from + length; i++) {
            if (buffer[i] != ' ' && buffer[i] != '\t') {
                return false;
            }
        }
        return true;
    }

    /// @return index of the next LF; -1 if there is none before the end of the message or in the full buffer
    private int indexOfLineFeed() throws IOException {
        int index = from;
        while (true) {
            for (; index < filled; index++) {
                if (buffer[index] == '\n') {
                    return index;
                }
            }
            if (exhausted || filled - from == buffer.length) {
                return -1;
            }
            index -= from;
            fill();
        }
    }

    private void fill() throws IOException {
        System.arraycopy(buffer, from, buffer, 0, filled - from);
        filled -= from;
        shifted += from;
        from = 0;
        int count = in.read(buffer, filled, buffer.length - filled);
        if (count < 0) {
            exhausted = true;
        } else {
            filled += count;
        }
    }
}
