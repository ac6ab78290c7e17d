package org.o365relay.mail;

import java.util.Locale;
import java.util.Optional;

/// The original recipient address, before forwarding: the ORCPT parameter of RCPT (RFC 3461 §4.2).
///
/// @param type type of the address: `rfc822`, `utf-8`, …
/// @param address address in printable US-ASCII; other characters as `\x{…}` (RFC 6533 §3)
public record OriginalRecipient(String type, String address) {

    // RFC 3461 §4.2
    private static final int MAX_PARAMETER = 500;

    /// Parses the value of ORCPT: `rfc822;anna+2Bx@contoso.example`.
    ///
    /// @return the recipient; empty if the value is invalid, or longer than 500 characters as given or in the
    ///     US-ASCII form of [#parameter]
    public static Optional<OriginalRecipient> parse(String parameter) {
        int semicolon = parameter.indexOf(';');
        if (semicolon <= 0 || parameter.length() > MAX_PARAMETER || !isAtom(parameter.substring(0, semicolon))) {
            return Optional.empty();
        }
        String type = parameter.substring(0, semicolon).toLowerCase(Locale.ROOT);
        return Xtext.decode(escaped(parameter.substring(semicolon + 1)))
                .map(String::strip)
                .filter(address -> !address.isEmpty() && address.chars().allMatch(c -> c >= ' ' && c < 0x7f))
                .map(address -> new OriginalRecipient(type, address))
                .filter(original -> original.parameter().length() <= MAX_PARAMETER);
    }

    /// @return the value of ORCPT
    public String parameter() {
        return type + ';' + Xtext.encode(address);
    }

    // RFC 6533 §3: converts utf-8-addr-unitext, used with SMTPUTF8, to the US-ASCII form
    private static String escaped(String address) {
        if (address.chars().allMatch(c -> c < 0x80)) {
            return address;
        }
        StringBuilder escaped = new StringBuilder();
        address.codePoints().forEach(c -> escaped.append(c < 0x80 ? Character.toString(c) : "\\x{%X}".formatted(c)));
        return escaped.toString();
    }

    private static boolean isAtom(String type) {
        return type.chars().allMatch(c -> c < 0x80 && (Character.isLetterOrDigit(c) || c == '-' || c == '.'));
    }
}
