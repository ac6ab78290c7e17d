package org.o365relay.daemon.report;

import java.util.ArrayList;
import java.util.List;
import org.o365relay.mail.VisibleText;

/// Formats text for a terminal and makes it safe: text from messages and clients may contain control sequences.
public final class TerminalText {

    private static final String ELLIPSIS = "...";

    private TerminalText() {}

    /// @return the text on one line, with a space for each tab and `?` for any other character that is not
    ///     safe to display ([VisibleText#isSafe(int)])
    public static String text(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints()
                .map(point -> point == '\t' ? ' ' : point)
                .map(point -> VisibleText.isSafe(point) ? point : '?')
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }

    /// @return the width on a terminal, in columns
    public static int width(String text) {
        return text.codePoints().map(TerminalText::width).sum();
    }

    /// @return the text; if it is wider than the given number of columns, it is truncated and ends with `...`
    public static String truncate(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        int room = Math.max(columns - ELLIPSIS.length(), 0);
        StringBuilder beginning = new StringBuilder();
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            int point = text.codePointAt(i);
            room -= width(point);
            if (room < 0) {
                break;
            }
            beginning.appendCodePoint(point);
        }
        return beginning + ELLIPSIS.substring(0, Math.min(ELLIPSIS.length(), Math.max(columns, 0)));
    }

    /// @param width columns of a line
    /// @return the text in lines, broken at spaces; a word wider than a line is put on a line of its own and
    ///     not broken
    public static List<String> wrapped(String text, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (!line.isEmpty() && width(line.toString()) + 1 + width(word) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    // Unicode Standard Annex #11
    private static int width(int point) {
        int type = Character.getType(point);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
            return 0;
        }
        boolean wide = (point >= 0x1100 && point <= 0x115f)
                || (point >= 0x2e80 && point <= 0xa4cf)
                || (point >= 0xac00 && point <= 0xd7a3)
                || (point >= 0xf900 && point <= 0xfaff)
                || (point >= 0xfe30 && point <= 0xfe6f)
                || (point >= 0xff00 && point <= 0xff60)
                || (point >= 0xffe0 && point <= 0xffe6)
                || (point >= 0x1f300 && point <= 0x1faff)
                || (point >= 0x20000 && point <= 0x3fffd);
        return wide ? 2 : 1;
    }
}
