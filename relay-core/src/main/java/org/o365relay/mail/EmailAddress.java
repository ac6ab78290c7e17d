package org.o365relay.mail;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// An envelope address: `local-part@domain` (RFC 5321 §4.1.2).
///
/// Local part and domain are unchanged, including quotes. Addresses are equal if their local parts are equal
/// and their domains are equal ignoring case. The domain is empty for an unqualified address such as `root`,
/// which devices use as sender.
public record EmailAddress(String localPart, String domain) {

    private static final Set<String> PRIVATE_TOP_LEVEL_DOMAINS = Set.of(
            "local", "localhost", "localdomain", "lan", "home", "internal", "intranet", "corp", "invalid", "test");

    // RFC 5321 §4.5.3.1.1 and §4.5.3.1.2
    private static final int MAX_LOCAL_PART = 64;
    private static final int MAX_DOMAIN = 255;

    /// Stands for octets that were not valid UTF-8, so the original address is unknown.
    private static final int REPLACEMENT_CHARACTER = 0xfffd;

    /// Parses `local-part@domain` or only `local-part`, without angle brackets and without a display name.
    ///
    /// @return the address; empty if the text is not a valid address: it has an empty part, an unterminated
    ///     quoted string, control characters or U+FFFD, an invalid domain, or (outside quotes) white space,
    ///     bidirectional controls or special characters, or a part is longer than RFC 5321 §4.5.3.1 allows (64
    ///     and 255 octets)
    public static Optional<EmailAddress> parse(String text) {
        int at = text.lastIndexOf('@');
        String localPart = at < 0 ? text : text.substring(0, at);
        String domain = at < 0 ? "" : text.substring(at + 1);
        boolean valid = isLocalPart(localPart) && (at < 0 || isDomain(domain));
        return valid ? Optional.of(new EmailAddress(localPart, domain)) : Optional.empty();
    }

    /// @return whether the address has a domain
    public boolean isQualified() {
        return !domain.isEmpty();
    }

    /// @return whether the address can be reached from outside this network: its domain has a dot, is neither
    ///     an address literal nor an IP address, and is not under a private top-level domain (such as `.local`,
    ///     `.lan` and `.internal`)
    public boolean isReachable() {
        int dot = domain.lastIndexOf('.');
        return dot > 0
                && dot < domain.length() - 1
                && !domain.startsWith("[")
                && !PRIVATE_TOP_LEVEL_DOMAINS.contains(domain.substring(dot + 1).toLowerCase(Locale.ROOT))
                && !Character.isDigit(domain.charAt(domain.length() - 1));
    }

    /// @return whether the address is US-ASCII, so that it does not require SMTPUTF8 (RFC 6531)
    public boolean isAscii() {
        return isAscii(localPart) && isAscii(domain);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EmailAddress(String otherLocal, String otherDomain)
                && localPart.equals(otherLocal)
                && domain.toLowerCase(Locale.ROOT).equals(otherDomain.toLowerCase(Locale.ROOT));
    }

    @Override
    public int hashCode() {
        return 31 * localPart.hashCode() + domain.toLowerCase(Locale.ROOT).hashCode();
    }

    /// @return the address as text, without angle brackets
    @Override
    public String toString() {
        return isQualified() ? localPart + '@' + domain : localPart;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLocalPart(String text) {
        if (text.isEmpty() || octets(text) > MAX_LOCAL_PART) {
            return false;
        }
        return text.startsWith("\"") ? isQuotedString(text) : text.chars().allMatch(EmailAddress::isAtomLike);
    }

    private static boolean isQuotedString(String text) {
        if (text.length() < 2 || !text.endsWith("\"")) {
            return false;
        }
        for (int i = 1; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                if (++i == text.length() - 1) {
                    return false; // the backslash quotes the closing quote
                }
            } else if (c == '"') {
                return false;
            }
            if (Character.isISOControl(text.charAt(i)) || text.charAt(i) == REPLACEMENT_CHARACTER) {
                return false;
            }
        }
        return true;
    }

    /// Accepts dots anywhere, as devices send them (`a..b`, `.a`), but no characters that require quotes.
    private static boolean isAtomLike(int c) {
        return isVisible(c) && "()<>[]:;@\\,\"".indexOf(c) < 0;
    }

    private static boolean isVisible(int c) {
        return !Character.isISOControl(c)
                && !Character.isWhitespace(c)
                && !Character.isSpaceChar(c)
                && !isBidiControl(c)
                && c != REPLACEMENT_CHARACTER;
    }

    private static boolean isBidiControl(int c) {
        return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    }

    private static int octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static boolean isDomain(String text) {
        if (text.isEmpty() || octets(text) > MAX_DOMAIN) {
            return false;
        }
        if (text.startsWith("[")) {
            // RFC 5321 §4.1.3
            return text.endsWith("]")
                    && text.chars()
                            .skip(1)
                            .limit(text.length() - 2L)
                            .allMatch(c -> isVisible(c) && "[]\\@<>".indexOf(c) < 0);
        }
        return !text.startsWith(".") && !text.endsWith(".") && !text.contains("..") && hasOnlyLabelCharacters(text);
    }

    private static boolean hasOnlyLabelCharacters(String text) {
        for (int i = 0; i < text.length(); i = text.offsetByCodePoints(i, 1)) {
            int c = text.codePointAt(i);
            if (!Character.isLetterOrDigit(c) && "-._".indexOf(c) < 0 && !isMark(c)) {
                return false;
            }
        }
        return true;
    }

    /// Marks and joiners, which internationalized names may contain besides letters and digits (IDNA 2008).
    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || "\u200C\u200D\u00B7\u30FB".indexOf(c) >= 0;
    }
}
