package org.o365relay.admit;

import java.net.IDN;
import java.text.Normalizer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// The canonical form of an address for comparison: lower case, local part without quotes, domain in Unicode
/// (`xn--bcher-kva.example` and `BÜCHER.example` both become `bücher.example`).
///
/// @param localPart local part; empty for the null sender
/// @param domain domain; empty if the address has none
record NormalizedAddress(String localPart, String domain) {

    /// @param address address to normalize; null for the null sender
    static NormalizedAddress of(@Nullable EmailAddress address) {
        return address == null
                ? new NormalizedAddress("", "")
                : new NormalizedAddress(localPart(address.localPart()), domain(address.domain()));
    }

    /// @return the address as text; empty for the null sender
    @Override
    public String toString() {
        return domain.isEmpty() ? localPart : localPart + '@' + domain;
    }

    // RFC 5321 §4.1.2: quotes do not change the meaning of a local part
    static String localPart(String text) {
        // `""` keeps its quotes: without them it would equal the null sender.
        // In a pattern, the closing quote may be missing.
        boolean quoted = text.length() > 2 && text.startsWith("\"") && text.endsWith("\"");
        return folded(quoted ? unquoted(text) : text);
    }

    // converts A-labels (xn--) to Unicode (RFC 5890 §2.3.2.1)
    static String domain(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (isAscii(lower) && !lower.contains("xn--")) {
            return lower;
        }
        try {
            return folded(IDN.toUnicode(IDN.toASCII(lower, IDN.ALLOW_UNASSIGNED), IDN.ALLOW_UNASSIGNED));
        } catch (IllegalArgumentException notIdn) {
            return folded(Normalizer.normalize(lower, Normalizer.Form.NFKC)); // for example, a label is too long
        }
    }

    private static String folded(String text) {
        if (isAscii(text)) {
            return text.toLowerCase(Locale.ROOT);
        }
        StringBuilder folded = new StringBuilder();
        Normalizer.normalize(text, Normalizer.Form.NFC)
                .codePoints()
                .map(point -> Character.toLowerCase(Character.toUpperCase(point)))
                .forEach(folded::appendCodePoint);
        return folded.toString();
    }

    private static String unquoted(String quoted) {
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < quoted.length() - 1; i++) {
            if (quoted.charAt(i) == '\\') {
                i++;
            }
            text.append(quoted.charAt(i));
        }
        return text.toString();
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }
}
