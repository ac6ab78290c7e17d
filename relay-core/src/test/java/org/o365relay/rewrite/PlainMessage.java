package org.o365relay.rewrite;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A message cut into fields and body by the plainest means, with everything in memory: what the rewriter's own
/// reader must come to. One octet per character.
///
/// @param body with CRLF at every line end, and at the end unless it is empty
record PlainMessage(List<Field> fields, String body) {

    private static final Pattern NAME = Pattern.compile("(?s)([!-9;-~]{1,998})[ \t]*:.*");

    /// @param text as in the message, with CRLF at every line end
    record Field(String name, String text) {

        boolean is(String other) {
            return name.equalsIgnoreCase(other);
        }

        String value() {
            return text.substring(text.indexOf(':') + 1).replace("\r\n", "").strip();
        }
    }

    /// Reads what devices send: any line ends, perhaps an mbox line, perhaps no empty line.
    static PlainMessage of(byte[] octets) {
        String text = new String(octets, ISO_8859_1);
        List<Field> fields = new ArrayList<>();
        int at = 0;
        boolean inHeader = true;
        while (inHeader && at < text.length()) {
            String line = line(text, at);
            boolean mboxLine = at == 0 && (line.startsWith("From ") || line.startsWith(">From "));
            if (isField(line)) {
                fields.add(new Field(name(line), line + "\r\n"));
            } else if (isContinuation(line) && !fields.isEmpty()) {
                Field folded = fields.removeLast();
                fields.add(new Field(folded.name(), folded.text() + line + "\r\n"));
            } else if (!mboxLine) {
                inHeader = false;
            }
            at = inHeader || line.isEmpty() ? next(text, at + line.length()) : at;
        }
        return new PlainMessage(fields, crlf(text.substring(at)));
    }

    static boolean isField(String line) {
        var matcher = NAME.matcher(line);
        return matcher.matches() && line.indexOf(':') <= 998;
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

    /// Several CRs before an LF are one line end.
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
