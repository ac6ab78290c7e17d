package org.o365relay.rewrite;

import java.net.IDN;
import java.util.Locale;
import org.o365relay.mail.EmailAddress;

/// Normalizes addresses for comparison. Spellings that certainly mean the same mailbox in Exchange have the
/// same key; spellings that may mean different mailboxes have different keys.
final class AddressKey {

    // characters that IDNA 2003, which Java implements, converts differently from IDNA 2008
    private static final String DEVIATIONS = "\u00DF\u03C2\u200C\u200D";

    private AddressKey() {}

    /// @return the key, which is the same for all spellings of the address: with or without quotes, in upper or
    ///     lower case (ASCII only), with the domain in Unicode or ASCII (`xn--`) form. A domain that contains
    ///     one of the [#DEVIATIONS] is compared exactly
    static String of(EmailAddress address) {
        return asciiLowerCase(unquoted(address.localPart())) + '@' + domain(address.domain());
    }

    private static String unquoted(String localPart) {
        if (!localPart.startsWith("\"")) {
            return localPart;
        }
        StringBuilder text = new StringBuilder();
        for (int i = 1; i < localPart.length() - 1; i++) {
            char c = localPart.charAt(i);
            text.append(c == '\\' ? localPart.charAt(++i) : c);
        }
        return text.toString();
    }

    /// Leaves non-ASCII letters unchanged, so that they are compared exactly.
    private static String asciiLowerCase(String text) {
        StringBuilder lower = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            lower.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return lower.toString();
    }

    private static String domain(String domain) {
        if (domain.chars().anyMatch(c -> DEVIATIONS.indexOf(c) >= 0)) {
            return domain;
        }
        try {
            return IDN.toASCII(domain, IDN.ALLOW_UNASSIGNED).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException noDomainName) {
            return asciiLowerCase(domain);
        }
    }
}
