package org.o365relay.rewrite;

import java.util.Locale;
import java.util.Set;

/// Folds header lines longer than 998 octets, which Exchange refuses. Folds only where that does not change the
/// value: at white space, and between the elements of address and Message-ID lists (RFC 5322 §2.2.3). A single
/// word longer than 998 octets is left unchanged.
final class HeaderFolding {

    // RFC 5322 §2.1.1, without the CRLF
    static final int MAX_LINE = 998;

    private static final Set<String> LISTS =
            Set.of("to", "cc", "reply-to", "resent-to", "resent-cc", "references", "in-reply-to");

    private final String text;

    private HeaderFolding(String text) {
        this.text = text;
    }

    static String folded(RawField field) {
        if (field.text().length() <= MAX_LINE + 2) {
            return field.text();
        }
        String folded = new HeaderFolding(field.text()).folded();
        boolean isList = LISTS.contains(field.name().toLowerCase(Locale.ROOT));
        return isList && hasLongLine(folded) ? new HeaderFolding(spaced(field.text())).folded() : folded;
    }

    private static boolean hasLongLine(String text) {
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf("\r\n", start);
            if (end - start > MAX_LINE) {
                return true;
            }
            start = end + 2;
        }
        return false;
    }

    /// Inserts a space between list elements that are not separated by white space.
    private static String spaced(String text) {
        StringBuilder spaced = new StringBuilder(text.length() + 64);
        boolean quoted = false;
        boolean inAngles = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            spaced.append(c);
            char next = i + 1 < text.length() ? text.charAt(i + 1) : '\r';
            if (quoted && c == '\\' && next != '\r') {
                spaced.append(text.charAt(++i));
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted) {
                inAngles = c == '<' || (inAngles && c != '>');
                if ((c == ',' && !inAngles && next > ' ') || (c == '>' && next == '<')) {
                    spaced.append(' ');
                }
            }
        }
        return spaced.toString();
    }

    private String folded() {
        StringBuilder folded = new StringBuilder(text.length() + 64);
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf("\r\n", start);
            int fold = end - start > MAX_LINE ? foldingPoint(start, end) : end;
            folded.append(text, start, fold).append("\r\n");
            start = fold < end ? fold : end + 2;
        }
        return folded.toString();
    }

    /// Finds the last white space within 998 octets or, if there is none, the first after them. The folding
    /// point is never at the beginning or end of the line, which would create a blank line. It is directly
    /// after the field name only if the first word fits on the next line.
    ///
    /// @return index of the white space that begins the next line; `end` if the line cannot be folded
    private int foldingPoint(int start, int end) {
        int first = start == 0 ? text.indexOf(':') + 1 : start;
        int word = first;
        while (word < end && isWhiteSpace(word)) {
            word++;
        }
        int last = end;
        while (last > word && isWhiteSpace(last - 1)) {
            last--;
        }
        int fold = Math.min(start + MAX_LINE, last - 1);
        while (fold > word && !isWhiteSpace(fold)) {
            fold--;
        }
        if (fold > word) {
            return fold;
        }
        int next = nextWhiteSpace(Math.max(word, start + MAX_LINE), last, end);
        boolean fitsBelow = start == 0 && word > first && next - (word - 1) <= MAX_LINE;
        return fitsBelow ? word - 1 : next;
    }

    private int nextWhiteSpace(int from, int last, int end) {
        for (int i = from; i < last; i++) {
            if (isWhiteSpace(i)) {
                return i;
            }
        }
        return end;
    }

    private boolean isWhiteSpace(int index) {
        return text.charAt(index) == ' ' || text.charAt(index) == '\t';
    }
}
