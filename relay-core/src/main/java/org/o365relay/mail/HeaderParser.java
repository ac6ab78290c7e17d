package org.o365relay.mail;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;

/// Splits a header into fields while its octets arrive, and finds its end. Both halves of the relay use this
/// parser, so that the same header is checked and rewritten. The result does not depend on how the octets are
/// split.
///
/// Common errors of devices are tolerated:
///
/// - Lines end with CRLF, LF or CR. Several CRs before an LF are one line ending.
/// - Before the first field, these are skipped: a byte order mark (UTF-8), an mbox line (`From ann Mon …`), and
///   empty or blank lines. Empty and blank lines are skipped only if a field follows that a header may begin
///   with ([FieldNames#mayBeFirst]); otherwise, they belong to the body.
/// - The header ends after the first empty line or, if there is none, before the first line that is neither a
///   field nor the continuation of one, such as a MIME delimiter (`--boundary`, even if it contains a colon).
/// - White space between the name and the colon (RFC 5322 §4.5) is dropped, because some parsers end the header
///   there. The same applies to continuation lines of white space only (RFC 5322 §4.2), and to NULs in fields
///   (RFC 5322 §4.1).
public final class HeaderParser {

    /// Longest field name with the white space before its colon, in octets, so that both and the colon fit on a
    /// line.
    private static final int MAX_NAME = 997;

    private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf"; // in UTF-8, one octet per character

    private final HeaderSizeLimit limit;
    private final int maxKept;
    private final Fields fields;

    private final ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    private long lineStart; // offset in the message
    private long lineLength; // without the line ending
    private int lineBits; // all octets of the line, combined with OR
    private boolean isLineRecognized; // as the beginning of a line that belongs to the header
    private long carriageReturns; // after the line

    private String fieldName = "";
    private final StringBuilder field = new StringBuilder();
    private int fieldBits;
    private int fieldCount;
    private boolean hasSkippedLines;

    private long bodyWithoutHeader; // where the body begins if there is no field
    private boolean hasEmptyLineFirst;
    private long bodyStart = -1;
    private boolean endsWithEmptyLine;
    private boolean tooLarge;

    /// Receives the fields of a header.
    @FunctionalInterface
    public interface Fields {

        /// @param name the name as received
        /// @param text the whole field, one octet per character: name, colon and folded value; every line ends
        ///     with CRLF
        void add(String name, String text);
    }

    /// A line whose end has not arrived.
    ///
    /// @param text the line, one octet per character; if it is too long to belong to the body, its beginning
    /// @param carriageReturns number of CRs after it
    public record UnfinishedLine(String text, long carriageReturns) {}

    /// @param maxKept number of octets to keep of each field, at least 2,048; the rest is ignored
    public HeaderParser(HeaderSizeLimit limit, int maxKept, Fields fields) {
        this.limit = limit;
        this.maxKept = maxKept;
        this.fields = fields;
    }

    /// Parses more octets of the message. Octets after the end of the header are ignored.
    public void add(byte[] octets, int from, int to) {
        int at = from;
        while (at < to && !hasEnded()) {
            byte b = octets[at];
            if (b == '\r') {
                carriageReturns++;
                at++;
            } else if (b == '\n') {
                endLine(lineStart + lineLength + carriageReturns + 1);
                at++;
            } else if (carriageReturns > 0) {
                endBareLines();
            } else {
                at = addToLine(octets, at, to);
            }
        }
    }

    /// Ends the message.
    public void end() {
        if (!hasEnded() && carriageReturns > 0) {
            endBareLines();
        }
        if (!hasEnded() && lineLength > 0) {
            endLine(lineStart + lineLength);
        }
        if (!hasEnded()) {
            end(hasFields() ? lineStart : bodyWithoutHeader, true);
        }
    }

    /// @return whether more octets cannot change the result
    public boolean hasEnded() {
        return bodyStart >= 0;
    }

    /// @return whether the header exceeds the limit; the fields are then incomplete
    public boolean isTooLarge() {
        return tooLarge;
    }

    /// @return offset of the body in the message; -1 if the header has not ended
    public long bodyStart() {
        return bodyStart;
    }

    /// @return whether an empty line, or the end of the message, ended the header
    public boolean endsWithEmptyLine() {
        return endsWithEmptyLine;
    }

    /// @return whether all fields are ASCII so far
    public boolean isAscii() {
        return fieldBits >= 0;
    }

    /// @return the current line; if the header ends with the next octets, it may turn out to belong to the body
    public UnfinishedLine unfinishedLine() {
        return new UnfinishedLine(line.toString(ISO_8859_1), carriageReturns);
    }

    private int addToLine(byte[] octets, int from, int to) {
        int at = from;
        while (at < to && octets[at] != '\r' && octets[at] != '\n') {
            lineBits |= octets[at++];
        }
        line.write(octets, from, Math.min(at - from, maxKept - line.size()));
        lineLength += at - from;
        if (lineLength > MAX_NAME + BYTE_ORDER_MARK.length()) {
            checkLongLine();
        }
        return at;
    }

    /// Decides about a line before its end, so that a long line of the body is not read to its end.
    private void checkLongLine() {
        if (!isLineRecognized) {
            String text = lineText();
            isLineRecognized = isContinuation(text) || isField(text) || isMboxLine(text);
        }
        if (!isLineRecognized) {
            endBeforeLine();
        } else if (lineStart + lineLength > limit.octets()) {
            endTooLarge();
        }
    }

    /// Ends a line with each of the CRs, because no LF follows.
    private void endBareLines() {
        for (long count = carriageReturns; count > 0 && !hasEnded(); count--) {
            endLine(lineStart + lineLength + 1);
        }
    }

    private void endLine(long next) {
        String text = lineText();
        if (isContinuation(text)) {
            addContinuation(text);
        } else if (isBlank(text)) {
            endBlankLine(next);
        } else if (isField(text)) {
            beginField(text);
        } else if (isMboxLine(text)) {
            bodyWithoutHeader = next;
        } else {
            endBeforeLine();
        }
        if (!hasEnded() && (next > limit.octets() || fieldCount > limit.fields())) {
            endTooLarge();
        }
        beginLine(next);
    }

    private void beginLine(long start) {
        lineStart = start;
        lineLength = 0;
        lineBits = 0;
        line.reset();
        isLineRecognized = false;
        carriageReturns = 0;
    }

    private void endBlankLine(long next) {
        if (hasFields()) {
            end(next, true);
            return;
        }
        if (lineLength == 0 && lineStart == bodyWithoutHeader && !hasEmptyLineFirst) {
            bodyWithoutHeader = next;
            hasEmptyLineFirst = true;
        }
        hasSkippedLines = true;
    }

    private void beginField(String text) {
        endField();
        fieldCount++;
        fieldName = text.substring(0, nameEnd(text));
        fieldBits |= lineBits;
        append(fieldName + text.substring(text.indexOf(':')).replace("\0", ""));
    }

    private void addContinuation(String text) {
        fieldBits |= lineBits;
        String clean = text.replace("\0", "");
        if (!isBlank(clean)) {
            append(clean);
        }
    }

    private void append(String text) {
        if (field.length() < maxKept) {
            field.append(text).append("\r\n");
        }
    }

    private void endField() {
        if (!fieldName.isEmpty()) {
            fields.add(fieldName, field.toString());
        }
        fieldName = "";
        field.setLength(0);
    }

    private void endBeforeLine() {
        end(hasFields() ? lineStart : bodyWithoutHeader, !hasFields() && hasEmptyLineFirst);
    }

    private void endTooLarge() {
        boolean isBody = !hasFields() && hasSkippedLines;
        tooLarge = !isBody;
        endBeforeLine();
    }

    private void end(long start, boolean withEmptyLine) {
        endField();
        bodyStart = start;
        endsWithEmptyLine = withEmptyLine;
    }

    /// @return the line so far, or its beginning if it is long; one octet per character
    private String lineText() {
        String text = line.toString(ISO_8859_1);
        return lineStart == 0 && text.startsWith(BYTE_ORDER_MARK) ? text.substring(BYTE_ORDER_MARK.length()) : text;
    }

    private boolean hasFields() {
        return fieldCount > 0;
    }

    private boolean isContinuation(String text) {
        return hasFields() && !text.isEmpty() && isWhiteSpace(text.charAt(0));
    }

    private boolean isField(String text) {
        int end = nameEnd(text);
        return end > 0
                && !text.startsWith("--")
                && (hasFields() || !hasSkippedLines || FieldNames.mayBeFirst(text.substring(0, end)));
    }

    /// `From : a@b` is a field, not an mbox line.
    private boolean isMboxLine(String text) {
        return lineStart == 0 && (text.startsWith("From ") || text.startsWith(">From ")) && nameEnd(text) == 0;
    }

    /// @return end of the name if the line begins with a name, white space and a colon; otherwise 0
    private static int nameEnd(String text) {
        int end = 0;
        while (end < text.length() && isNameOctet(text.charAt(end))) {
            end++;
        }
        int colon = end;
        while (colon < text.length() && isWhiteSpace(text.charAt(colon))) {
            colon++;
        }
        return colon <= MAX_NAME && colon < text.length() && text.charAt(colon) == ':' ? end : 0;
    }

    private static boolean isBlank(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isWhiteSpace(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    // RFC 5322 §2.2
    private static boolean isNameOctet(int octet) {
        return octet > ' ' && octet < 0x7f && octet != ':';
    }

    private static boolean isWhiteSpace(int octet) {
        return octet == ' ' || octet == '\t';
    }
}
