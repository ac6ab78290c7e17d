package org.o365relay.mail;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;

/// An envelope address: `local-part@domain` (RFC 5321 §4.1.2).
///
/// Local part and domain are unchanged, including quotes. Addresses are equal if their local parts are equal
/// and their domains are equal as a [Domain]. The domain is empty for an unqualified address such as `root`,
/// which devices use as the sender.
public record EmailAddress(String localPart, String domain) {

    private static final Set<String> PRIVATE_TOP_LEVEL_DOMAINS = Set.of(
            "local", "localhost", "localdomain", "lan", "home", "internal", "intranet", "corp", "invalid", "test");

    // RFC 5321 §4.5.3.1.1 and §4.5.3.1.2
    private static final int MAX_LOCAL_PART = 64;
    private static final int MAX_DOMAIN = 255;

    private static final int MAX_HEADER_LOCAL_PART = 315; // as in Exchange

    /// Replaces octets that are not valid UTF-8; the original address is then unknown.
    private static final int REPLACEMENT_CHARACTER = 0xfffd;

    /// Parses `local-part@domain` or only `local-part`, without angle brackets and without a display name.
    ///
    /// @return the address; empty if the text is not a valid address: a part is empty or longer than
    ///     RFC 5321 §4.5.3.1 allows (64 and 255 octets), the domain is invalid, or the local part contains an
    ///     unterminated quoted string, a control character, U+FFFD or, outside quotes, white space, a
    ///     bidirectional control or a special character
    public static Optional<EmailAddress> parse(String text) {
        return parse(text, MAX_LOCAL_PART);
    }

    /// Parses an address in a header field as [#parse] does, but allows a local part of 315 octets: mailing
    /// lists, ticket systems and Exchange itself (`IMCEAEX-…@…`) create such addresses.
    public static Optional<EmailAddress> parseInHeader(String text) {
        return parse(text, MAX_HEADER_LOCAL_PART);
    }

    private static Optional<EmailAddress> parse(String text, int maxLocalPart) {
        int at = text.lastIndexOf('@');
        String localPart = at < 0 ? text : text.substring(0, at);
        String domain = at < 0 ? "" : text.substring(at + 1);
        boolean valid = isLocalPart(localPart, maxLocalPart) && (at < 0 || isDomain(domain));
        return valid ? Optional.of(new EmailAddress(localPart, domain)) : Optional.empty();
    }

    /// @return whether the address has a domain
    public boolean isQualified() {
        return !domain.isEmpty();
    }

    /// @return whether the address is `postmaster` without a domain, ignoring case (RFC 5321 §4.5.1)
    public boolean isBarePostmaster() {
        return !isQualified() && key().localPart().equals("postmaster");
    }

    /// @return whether the address can be reached from outside this network: its domain has a dot, is neither
    ///     an address literal nor an IP address, and is not under a private top-level domain (such as `.local`,
    ///     `.lan` and `.internal`)
    public boolean isReachable() {
        int dot = domain.lastIndexOf('.');
        return dot > 0
                && dot < domain.length() - 1
                && !domain.startsWith("[")
                && !PRIVATE_TOP_LEVEL_DOMAINS.contains(AsciiCase.lower(domain.substring(dot + 1)))
                && !Character.isDigit(domain.charAt(domain.length() - 1));
    }

    /// @return whether the address is US-ASCII, so that it does not require SMTPUTF8 (RFC 6531)
    public boolean isAscii() {
        return AsciiCase.isAscii(localPart) && AsciiCase.isAscii(domain);
    }

    /// @return the form in which addresses are compared, unless the case of the local part matters
    public AddressKey key() {
        return AddressKey.of(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EmailAddress(String otherLocal, String otherDomain)
                && localPart.equals(otherLocal)
                && (domain.equals(otherDomain) || new Domain(domain).equals(new Domain(otherDomain)));
    }

    @Override
    public int hashCode() {
        return 31 * localPart.hashCode() + new Domain(domain).hashCode();
    }

    /// @return the address as text, without angle brackets
    @Override
    public String toString() {
        return isQualified() ? localPart + '@' + domain : localPart;
    }

    private static boolean isLocalPart(String text, int maxOctets) {
        if (text.isEmpty() || isLonger(text, maxOctets)) {
            return false;
        }
        return text.startsWith("\"") ? isQuotedString(text) : isAtomLike(text);
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
    private static boolean isAtomLike(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isVisible(c) || "()<>[]:;@\\,\"".indexOf(c) >= 0) {
                return false;
            }
        }
        return true;
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

    private static boolean isLonger(String text, int octets) {
        return text.length() > octets
                || (!AsciiCase.isAscii(text) && text.getBytes(StandardCharsets.UTF_8).length > octets);
    }

    private static boolean isDomain(String text) {
        return !isLonger(text, MAX_DOMAIN) && Domain.parse(text).isPresent();
    }
}
