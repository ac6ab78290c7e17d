package org.o365relay.mail;

/// Converts the case of ASCII letters and leaves all other characters unchanged. The methods of `String` also
/// convert some non-ASCII letters to ASCII: `ſ` to `S`, `ı` to `I`, and the Kelvin sign to `k`.
public final class AsciiCase {

    private AsciiCase() {}

    /// @return the text with `A` to `Z` in lower case
    public static String lower(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUpper(text.charAt(i))) {
                return changed(text, true);
            }
        }
        return text;
    }

    /// @return the text with `a` to `z` in upper case
    public static String upper(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isLower(text.charAt(i))) {
                return changed(text, false);
            }
        }
        return text;
    }

    static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static String changed(String text, boolean toLower) {
        StringBuilder changed = new StringBuilder(text);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (toLower ? isUpper(c) : isLower(c)) {
                changed.setCharAt(i, (char) (c ^ 0x20));
            }
        }
        return changed.toString();
    }

    private static boolean isUpper(char c) {
        return c >= 'A' && c <= 'Z';
    }

    private static boolean isLower(char c) {
        return c >= 'a' && c <= 'z';
    }
}
