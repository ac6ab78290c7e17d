package org.o365relay.rewrite;

/// A header field as it was received. Strings hold one octet per character (ISO-8859-1), so that nothing is
/// lost whatever the charset.
///
/// @param name as written
/// @param text the whole field: name, colon, value with its folds; every line ends with CRLF
record RawField(String name, String text) {

    // RFC 5322 §2.1.1, without the CRLF
    static final int MAX_LINE = 998;

    static RawField of(String name, String value) {
        return new RawField(name, name + ": " + value + "\r\n");
    }

    boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /// @return the value unfolded (RFC 5322 §2.2.3), without white space around it
    String value() {
        return text.substring(text.indexOf(':') + 1).replace("\r\n", "").strip();
    }

    boolean isEmpty() {
        return value().isEmpty();
    }

    /// @return the text; a line over 998 octets, which Exchange refuses, is folded where it has white space
    String wrapped() {
        return text.length() <= MAX_LINE + 2 ? text : wrappedLines();
    }

    private String wrappedLines() {
        StringBuilder wrapped = new StringBuilder(text.length() + 64);
        int start = 0;
        while (start < text.length()) {
            int end = text.indexOf("\r\n", start);
            int fold = end - start > MAX_LINE ? foldingPoint(start, end) : end;
            wrapped.append(text, start, fold).append("\r\n");
            start = fold < end ? fold : end + 2;
        }
        return wrapped.toString();
    }

    /// The last white space that makes a line of at most 998 octets, else the first one after that; never right
    /// after the name or at the line's begin or end, where it would make a line of next to nothing.
    private int foldingPoint(int start, int end) {
        int first = start == 0 ? text.indexOf(':') + 1 : start;
        while (first < end && isWhiteSpace(first)) {
            first++;
        }
        int last = end;
        while (last > first && isWhiteSpace(last - 1)) {
            last--;
        }
        int fold = Math.min(start + MAX_LINE, last - 1);
        while (fold > first && !isWhiteSpace(fold)) {
            fold--;
        }
        return fold > first ? fold : nextWhiteSpace(Math.max(first, start + MAX_LINE), last, end);
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
