package org.o365relay.admit;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.o365relay.mail.EmailAddress;

/// A pattern for addresses:
///
/// - `bob@contoso.example`: this address;
/// - `@contoso.example`: all addresses of this domain, without subdomains;
/// - `*@*.contoso.example`: `*` matches any number of characters, including none; in a pattern with an `@`, it
///   does not match the `@` before the domain;
/// - `scanner*`: a pattern without an `@` is matched against the whole address;
/// - `<>`: the null sender;
/// - `*`: every address, including the null sender.
///
/// Matching ignores case and the quotes of a quoted local part, and treats the A-label and U-label forms of a
/// domain as equal.
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
    /// without `*` must be an address with a domain, `@` followed by a domain, or `<>`.
    ///
    /// @return the pattern; empty if the text is invalid or longer than 320 characters
    public static Optional<AddressPattern> parse(String text) {
        if (text.equals("<>")) {
            return Optional.of(new AddressPattern(text, null, new Glob("")));
        }
        int at = text.lastIndexOf('@');
        boolean valid = text.length() <= MAX_LENGTH && (text.contains("*") ? isVisible(text) : isAddress(text, at));
        return valid ? Optional.of(of(text, at)) : Optional.empty();
    }

    /// @param address address to match; null for the null sender
    public boolean matches(@Nullable EmailAddress address) {
        return matches(NormalizedAddress.of(address));
    }

    boolean matches(NormalizedAddress address) {
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

    private static AddressPattern of(String text, int at) {
        if (at < 0) {
            return new AddressPattern(text, null, new Glob(NormalizedAddress.localPart(text)));
        }
        String localPart = at == 0 ? "*" : NormalizedAddress.localPart(text.substring(0, at));
        return new AddressPattern(
                text, new Glob(localPart), new Glob(NormalizedAddress.domain(text.substring(at + 1))));
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
