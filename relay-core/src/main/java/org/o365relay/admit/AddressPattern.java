package org.o365relay.admit;

import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.AddressKey;
import org.o365relay.mail.AsciiCase;
import org.o365relay.mail.Domain;
import org.o365relay.mail.EmailAddress;

/// A pattern for addresses:
///
/// - `bob@contoso.example`: this address;
/// - `@contoso.example`: all addresses in this domain, but not in its subdomains;
/// - `*@*.contoso.example`: `*` matches any number of characters, including none; in a pattern with an `@`, it
///   does not match the `@` before the domain;
/// - `scanner*`: a pattern without an `@` is matched against the whole address;
/// - `<>`: the null sender;
/// - `*`: every address, including the null sender.
///
/// Addresses are compared by their [AddressKey]: the case of ASCII letters and the quotes of a quoted local
/// part are ignored, and domains are compared as A-labels.
public final class AddressPattern {

    private static final int MAX_LENGTH = 320; // RFC 5321 §4.5.3.1.1 and §4.5.3.1.2

    private final String text;
    private final @Nullable Glob localPart;
    private final Glob rest;

    /// @param localPart pattern for the local part; null if the pattern applies to the whole address
    /// @param rest pattern for the domain, or for the whole address
    private AddressPattern(String text, @Nullable Glob localPart, Glob rest) {
        this.text = text;
        this.localPart = localPart;
        this.rest = rest;
    }

    /// Parses a pattern. A text with `*` must not contain spaces, control characters or angle brackets; a text
    /// without `*` must be an address with a domain, `@` followed by a domain, or `<>`. Because domains are
    /// compared as A-labels, a label with `*` must be ASCII, and in a pattern without an `@`, only the text
    /// before the first `*` may be non-ASCII.
    ///
    /// @return the pattern; empty if the text is invalid or longer than 320 characters
    public static Optional<AddressPattern> parse(String text) {
        if (text.equals("<>")) {
            return Optional.of(new AddressPattern(text, null, new Glob("")));
        }
        int at = text.lastIndexOf('@');
        boolean valid = text.length() <= MAX_LENGTH && (text.contains("*") ? isVisible(text) : isAddress(text, at));
        return valid ? of(text, at) : Optional.empty();
    }

    /// @param address address to match; null for the null sender
    public boolean matches(@Nullable EmailAddress address) {
        return matches(AddressKey.of(address));
    }

    boolean matches(AddressKey address) {
        if (localPart == null) {
            return rest.matches(address.toString());
        }
        return !address.domain().isEmpty() && localPart.matches(address.localPart()) && rest.matches(address.domain());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AddressPattern pattern && text.equals(pattern.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /// @return the pattern as configured
    @Override
    public String toString() {
        return text;
    }

    private static Optional<AddressPattern> of(String text, int at) {
        if (at < 0) {
            boolean matchesLocalParts = isAscii(text.substring(text.indexOf('*')));
            return matchesLocalParts
                    ? Optional.of(new AddressPattern(text, null, new Glob(AddressKey.ofLocalPart(text))))
                    : Optional.empty();
        }
        String localPart = at == 0 ? "*" : AddressKey.ofLocalPart(text.substring(0, at));
        return domain(text.substring(at + 1))
                .map(domain -> new AddressPattern(text, new Glob(localPart), new Glob(domain)));
    }

    /// @return the pattern for domains in the form of [Domain]; empty if no domain can match it
    private static Optional<String> domain(String pattern) {
        if (pattern.startsWith("[")) {
            return isAscii(pattern) ? Optional.of(AsciiCase.lower(pattern)) : Optional.empty();
        }
        // a star is replaced by a letter so that the rest of its label can be checked
        StringJoiner labels = new StringJoiner(".");
        for (String label : pattern.split("\\.", -1)) {
            boolean star = label.contains("*");
            Optional<Domain> checked = Domain.parse(label.replace('*', 'x'));
            if (checked.isEmpty() || (star && !isAscii(label))) {
                return Optional.empty();
            }
            labels.add(star ? AsciiCase.lower(label) : checked.get().name());
        }
        return Optional.of(labels.toString());
    }

    private static boolean isAscii(String text) {
        return text.chars().allMatch(c -> c < 0x80);
    }

    private static boolean isAddress(String text, int at) {
        return at >= 0 && EmailAddress.parse(at == 0 ? "any" + text : text).isPresent();
    }

    private static boolean isVisible(String text) {
        return text.codePoints()
                .noneMatch(point -> Character.isISOControl(point)
                        || Character.isWhitespace(point)
                        || Character.isSpaceChar(point)
                        || point == '<'
                        || point == '>');
    }
}
