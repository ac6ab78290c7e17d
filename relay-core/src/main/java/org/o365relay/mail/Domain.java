package org.o365relay.mail;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.StringJoiner;

/// A domain name or an address literal (RFC 5321 §4.1.2, §4.1.3) in the form in which domains are compared:
/// lower case, with A-labels in place of Unicode (`bücher.example`, `Bücher.Example` and
/// `XN--BCHER-KVA.example` are `xn--bcher-kva.example`). No character is replaced by a similar one:
/// `straße.example` is not `strasse.example`.
///
/// @param name the domain in this form; converted by the constructor. Text that is neither a domain name nor an
///     address literal is only converted to lower case (ASCII)
public record Domain(String name) {

    private static final String IPV6 = "ipv6:";

    public Domain {
        String given = name;
        name = normalized(given).orElseGet(() -> AsciiCase.lower(given));
    }

    /// @return the domain; empty if the text is neither a domain name nor an address literal. A domain name may
    ///     contain underscores, but no dot at the end; the length of the labels and of the name is not limited
    public static Optional<Domain> parse(String text) {
        return normalized(text).map(Domain::new);
    }

    /// @return whether the text is an IP address in brackets, such as `[192.0.2.1]` or `[IPv6:2001:db8::1]`
    // RFC 5321 §4.1.3
    public static boolean isAddressLiteral(String text) {
        return literal(text).isPresent();
    }

    private static Optional<InetAddress> literal(String text) {
        if (!text.startsWith("[") || !text.endsWith("]")) {
            return Optional.empty();
        }
        String inside = AsciiCase.lower(text.substring(1, text.length() - 1));
        boolean isIpv6 = inside.startsWith(IPV6);
        String address = isIpv6 ? inside.substring(IPV6.length()) : inside;
        boolean isFamilyCorrect = isIpv6 ? address.indexOf(':') >= 0 : address.split("\\.", -1).length == 4;
        if (!isFamilyCorrect || !AsciiCase.isAscii(address) || address.indexOf('%') >= 0) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.ofLiteral(address));
        } catch (IllegalArgumentException notAnAddress) {
            return Optional.empty();
        }
    }

    /// @return the domain in the form in which domains are compared
    @Override
    public String toString() {
        return name;
    }

    /// Address literals have several spellings, too: `[IPv6:2001:db8:0::1]` and `[IPv6:2001:db8::1]` are the
    /// same.
    private static String normalized(InetAddress address) {
        return "[" + (address instanceof Inet6Address ? IPV6 : "") + address.getHostAddress() + "]";
    }

    /// @return whether the text is a domain name in the form in which domains are compared, as most are
    private static boolean isNormalized(String text) {
        boolean inLabel = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!DomainLabel.isAsciiCharacter(c) && !(c == '.' && inLabel)) {
                return false;
            }
            inLabel = c != '.';
        }
        return inLabel;
    }

    private static Optional<String> normalized(String text) {
        if (isNormalized(text)) {
            return Optional.of(text);
        }
        if (text.startsWith("[")) {
            return literal(text).map(Domain::normalized);
        }
        StringJoiner name = new StringJoiner(".");
        for (String label : text.split("\\.", -1)) {
            Optional<String> normalized = DomainLabel.normalized(label);
            if (normalized.isEmpty()) {
                return Optional.empty();
            }
            name.add(normalized.get());
        }
        return Optional.of(name.toString());
    }
}
