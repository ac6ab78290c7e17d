package org.o365relay.rewrite;

import java.util.ArrayList;
import java.util.List;
import org.o365relay.rewrite.AddressToken.Kind;

/// Divides an address list (RFC 5322 §3.4) into tokens, in linear time. A quotation mark, parenthesis or square
/// bracket that has no counterpart is text; an angle bracket that is not closed ends with its address.
final class AddressTokenizer {

    private final String list;
    private final List<AddressToken> tokens = new ArrayList<>();
    private int textBegin;
    private boolean quotesClosed = true; // false after a quotation mark without a counterpart
    private boolean commentsClosed = true;
    private boolean bracketsClosed = true;

    private AddressTokenizer(String list) {
        this.list = list;
    }

    /// @param list the value of an address field, unfolded
    static List<AddressToken> tokens(String list) {
        return new AddressTokenizer(list).tokenize();
    }

    private List<AddressToken> tokenize() {
        int i = 0;
        while (i < list.length()) {
            i = switch (list.charAt(i)) {
                case '"' -> quotedString(i);
                case '(' -> comment(i);
                case '<' -> add(Kind.ANGLE_ADDRESS, i, angleEnd(i));
                case '[' -> bracket(i);
                case ',', ';', ':' -> add(Kind.SEPARATOR, i, i + 1);
                case '\\' -> i + 2;
                default -> i + 1;
            };
        }
        addText(list.length());
        return tokens;
    }

    /// A quotation mark after a letter or digit is text: `5" display`.
    private int quotedString(int open) {
        boolean begins = open == 0 || !Character.isLetterOrDigit(list.charAt(open - 1));
        int end = begins && quotesClosed ? quotedEnd(open) : -1;
        quotesClosed &= !begins || end > 0;
        return end < 0 ? open + 1 : add(Kind.QUOTED_STRING, open, end);
    }

    private int quotedEnd(int open) {
        for (int i = open + 1; i < list.length(); i++) {
            char c = list.charAt(i);
            if (c == '"') {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    private int comment(int open) {
        int end = commentsClosed ? commentEnd(open) : -1;
        commentsClosed &= end > 0;
        return end < 0 ? open + 1 : add(Kind.COMMENT, open, end);
    }

    private int commentEnd(int open) {
        int depth = 0;
        for (int i = open; i < list.length(); i++) {
            char c = list.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0) {
                return i + 1;
            }
            i += c == '\\' ? 1 : 0;
        }
        return -1;
    }

    /// Ends at the closing bracket; if that is missing, before the separator or bracket after the address. A
    /// source route contains separators (RFC 5322 §4.4), and some programs nest angle brackets
    /// (`<a@b.example<mailto:a@b.example>>`).
    private int angleEnd(int open) {
        int at = -1;
        for (int i = open + 1; i < list.length(); i++) {
            char c = list.charAt(i);
            boolean complete = at > open + 1;
            boolean separates = c == ',' || c == ';' || (c == '<' && Character.isWhitespace(list.charAt(i - 1)));
            if (c == '>') {
                return i + 1;
            }
            if (complete && separates) {
                return i;
            }
            at = at < 0 && c == '@' ? i : at;
            i = c == '"' && at < 0 ? afterLocalPart(i) : i;
        }
        return list.length();
    }

    /// @return index of the last character of the quoted string; `open` if it has no end
    private int afterLocalPart(int open) {
        int end = quotesClosed ? quotedEnd(open) : -1;
        quotesClosed &= end > 0;
        return end < 0 ? open : end - 1;
    }

    /// Text in square brackets is part of an address or name, except an address with a scheme:
    /// `[mailto:a@b.example]` or `[smtp:a@b.example]`.
    private int bracket(int open) {
        int close = bracketsClosed ? list.indexOf(']', open) : -1;
        bracketsClosed &= close > 0;
        if (close < 0) {
            return open + 1;
        }
        boolean address = AddressMember.hasScheme(list.substring(open + 1, close));
        return address ? add(Kind.ANGLE_ADDRESS, open, close + 1) : close + 1;
    }

    private int add(Kind kind, int begin, int end) {
        addText(begin);
        tokens.add(new AddressToken(kind, list.substring(begin, end)));
        textBegin = end;
        return end;
    }

    private void addText(int end) {
        if (end > textBegin) {
            tokens.add(AddressToken.text(list.substring(textBegin, end)));
        }
        textBegin = end;
    }
}
