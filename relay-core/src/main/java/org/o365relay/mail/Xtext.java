package org.o365relay.mail;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/// Encodes and decodes xtext in parameters of MAIL and RCPT: the US-ASCII characters from `!` to `~` except `+`
/// and `=` stand for themselves; all other octets are written as `+` and two hex digits (RFC 3461 §4).
public final class Xtext {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private Xtext() {}

    /// Decodes xtext; also accepts lower-case hex digits.
    ///
    /// @return text with one character per octet; empty if the input is not xtext
    public static Optional<String> decode(String xtext) {
        StringBuilder text = new StringBuilder(xtext.length());
        for (int i = 0; i < xtext.length(); i++) {
            char c = xtext.charAt(i);
            if (c == '+' && i + 2 < xtext.length() && isHex(xtext, i + 1) && isHex(xtext, i + 2)) {
                text.append((char) HexFormat.fromHexDigits(xtext, i + 1, i + 3));
                i += 2;
            } else if (isPlain(c)) {
                text.append(c);
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(text.toString());
    }

    /// @param text text with one character per octet
    public static String encode(String text) {
        StringBuilder xtext = new StringBuilder(text.length());
        for (byte octet : text.getBytes(StandardCharsets.ISO_8859_1)) {
            if (isPlain((char) (octet & 0xff))) {
                xtext.append((char) octet);
            } else {
                HEX.toHexDigits(xtext.append('+'), octet);
            }
        }
        return xtext.toString();
    }

    private static boolean isHex(String text, int index) {
        return HexFormat.isHexDigit(text.charAt(index));
    }

    private static boolean isPlain(char c) {
        return c > ' ' && c < 0x7f && c != '+' && c != '=';
    }
}
