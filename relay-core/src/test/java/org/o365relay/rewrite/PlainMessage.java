package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.o365relay.mail.FieldNames;

/// A message split into fields and body in the simplest way, with everything in memory. The rewriter's own
/// reader must find the same. Each character is one octet.
///
/// @param body with CRLF at every line end, and at the end unless it is empty
record PlainMessage(List<Field> fields, String body) {

    private static final Pattern NAME = Pattern.compile("(?s)([!-9;-~]{1,998})[ \t]*:.*");
    private static final Pattern MBOX_LINE = Pattern.compile(">?From ");
    private static final String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

    /// @param text as in the message, with CRLF at every line end, but without white space before the colon and
    ///     without blank lines
    record Field(String name, String text) {

        boolean is(String other) {
            return name.equalsIgnoreCase(other);
        }

        String value() {
            return text.substring(text.indexOf(':') + 1).replace("\r\n", "").strip();
        }
    }

    /// Reads what devices send: any line endings, possibly a byte order mark, an mbox line or empty lines
    /// first, and possibly no empty line after the header.
    static PlainMessage of(byte[] octets) {
        String text = new String(octets, ISO_8859_1);
        int begin = text.startsWith(BYTE_ORDER_MARK) ? 3 : 0;
        boolean mboxLine =
                MBOX_LINE.matcher(text).region(begin, text.length()).lookingAt() && !isField(line(text, begin));
        begin = mboxLine ? next(text, begin + line(text, begin).length()) : begin;
        int first = begin;
        while (first < text.length() && line(text, first).matches("[ \t]*")) {
            first = next(text, first + line(text, first).length());
        }
        String line = line(text, first);
        if (isField(line) && (first == begin || FieldNames.mayBeFirst(name(line)))) {
            return of(text, first);
        }
        boolean emptyLine = text.startsWith("\r", begin) || text.startsWith("\n", begin);
        int body = mboxLine || begin == 0 ? begin : 0;
        return new PlainMessage(List.of(), crlf(text.substring(emptyLine && begin == body ? next(text, begin) : body)));
    }

    private static PlainMessage of(String text, int begin) {
        List<Field> fields = new ArrayList<>();
        int at = begin;
        boolean inHeader = true;
        while (inHeader && at < text.length()) {
            String line = line(text, at);
            if (isField(line)) {
                String colon = line.substring(line.indexOf(':'));
                fields.add(new Field(name(line), name(line) + colon + "\r\n"));
            } else if (isContinuation(line)) {
                Field folded = fields.removeLast();
                boolean blank = line.replace("\0", "").matches("[ \t]*");
                fields.add(new Field(folded.name(), folded.text() + (blank ? "" : line + "\r\n")));
            } else {
                inHeader = false;
            }
            at = inHeader || line.isEmpty() ? next(text, at + line.length()) : at;
        }
        return new PlainMessage(fields, crlf(text.substring(at)));
    }

    static boolean isField(String line) {
        var matcher = NAME.matcher(line);
        return matcher.matches() && line.indexOf(':') <= 997 && !line.startsWith("--");
    }

    static boolean isContinuation(String line) {
        return line.startsWith(" ") || line.startsWith("\t");
    }

    private static String name(String line) {
        return line.substring(0, line.indexOf(':')).stripTrailing();
    }

    private static String line(String text, int begin) {
        int end = begin;
        while (end < text.length() && text.charAt(end) != '\r' && text.charAt(end) != '\n') {
            end++;
        }
        return text.substring(begin, end);
    }

    /// Several CRs before an LF are one line ending.
    private static int next(String text, int lineEnd) {
        int next = lineEnd;
        while (next < text.length() && text.charAt(next) == '\r') {
            next++;
        }
        boolean lineFeed = next < text.length() && text.charAt(next) == '\n';
        return lineFeed ? next + 1 : Math.min(lineEnd + 1, text.length());
    }

    private static String crlf(String text) {
        String lines = text.replaceAll("\r++\n|\r|\n", "\r\n").replaceAll("(?<![^\n])\0++(?=\\.)", "");
        return lines.isEmpty() || lines.endsWith("\n") ? lines : lines + "\r\n";
    }
}
