package org.o365relay.mail;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;

/// Text in a parameter of MAIL or RCPT: visible US-ASCII, and `+2B` for what must not stand there (RFC 3461
/// §4).
public final class Xtext {

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private Xtext() {}

    /// Reads lower-case digits, too.
    ///
    /// @return the text, an octet a character; empty if it is no xtext
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

    /// @param text of which each character is an octet
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
