package org.o365relay.rewrite;

import java.nio.charset.StandardCharsets;
import org.o365relay.mail.RawText;

/// A token of an address list (RFC 5322 §3.4).
///
/// @param text the token as in the field, including delimiters; one octet per character before [#decoded]
record AddressToken(Kind kind, String text) {

    enum Kind {
        TEXT,
        QUOTED_STRING,
        COMMENT,
        ANGLE_ADDRESS,
        SEPARATOR
    }

    static AddressToken text(String text) {
        return new AddressToken(Kind.TEXT, text);
    }

    boolean is(Kind other) {
        return kind == other;
    }

    boolean isSeparator(char separator) {
        return kind == Kind.SEPARATOR && text.charAt(0) == separator;
    }

    /// @return the token with its octets decoded as [RawText]
    AddressToken decoded() {
        return new AddressToken(kind, RawText.of(text.getBytes(StandardCharsets.ISO_8859_1)));
    }

    /// @return the text without delimiters, with quoted pairs resolved
    String content() {
        return switch (kind) {
            case TEXT, SEPARATOR -> text;
            case QUOTED_STRING, COMMENT -> text.substring(1, text.length() - 1).replaceAll("(?s)\\\\(.)", "$1");
            case ANGLE_ADDRESS -> {
                boolean closed = text.endsWith(text.startsWith("[") ? "]" : ">");
                yield text.substring(1, text.length() - (closed ? 1 : 0));
            }
        };
    }
}
