package org.o365relay.mail;

import java.text.Normalizer;
import org.jspecify.annotations.Nullable;

/// The form in which addresses are compared. The spellings of one address have the same key: with or without
/// quotes, in upper or lower case (in the local part, ASCII letters only, as in Exchange), with a domain in
/// Unicode or as A-labels. Different addresses have different keys.
///
/// @param localPart local part; empty for the null sender
/// @param domain domain as in [Domain]; empty if the address has none
public record AddressKey(String localPart, String domain) {

    /// Characters that NFC replaces by the ASCII characters K, ; and grave accent.
    private static final String REPLACED_BY_ASCII = "\u212A\u037E\u1FEF";

    /// @param address address; null for the null sender
    public static AddressKey of(@Nullable EmailAddress address) {
        return address == null
                ? new AddressKey("", "")
                : new AddressKey(
                        ofLocalPart(address.localPart()),
                        address.isQualified() ? new Domain(address.domain()).name() : "");
    }

    /// @param name address of a mailbox, or name of a pool
    /// @return the key of the address as text; if the name is not an address, the name in lower case (ASCII
    ///     letters only)
    public static String ofName(String name) {
        return EmailAddress.parse(name).map(address -> address.key().toString()).orElseGet(() -> AsciiCase.lower(name));
    }

    /// @param text local part, or a pattern for local parts
    // RFC 5321 §4.1.2: quotes do not change the meaning of a local part
    public static String ofLocalPart(String text) {
        // `""` keeps its quotes: without them it would equal the null sender.
        // In a pattern, the closing quote may be missing.
        boolean quoted = text.length() > 2 && text.startsWith("\"") && text.endsWith("\"");
        return AsciiCase.lower(composed(quoted ? unquoted(text) : text));
    }

    /// @return the address as text; empty for the null sender
    @Override
    public String toString() {
        return domain.isEmpty() ? localPart : localPart + '@' + domain;
    }

    // RFC 6532 §3.1
    private static String composed(String text) {
        if (AsciiCase.isAscii(text)) {
            return text;
        }
        boolean safe = text.chars().noneMatch(c -> REPLACED_BY_ASCII.indexOf(c) >= 0);
        return safe ? Normalizer.normalize(text, Normalizer.Form.NFC) : text;
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
}
