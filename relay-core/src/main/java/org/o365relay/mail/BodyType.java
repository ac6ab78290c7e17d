package org.o365relay.mail;

import java.util.Optional;

/// The `BODY` parameter of MAIL.
public enum BodyType {
    /// Lines of US-ASCII; the default.
    SEVEN_BIT("7BIT"),
    /// Lines of arbitrary octets (RFC 6152).
    EIGHT_BIT("8BITMIME"),
    /// Arbitrary octets (RFC 3030 §3).
    BINARY("BINARYMIME");

    private final String keyword;

    BodyType(String keyword) {
        this.keyword = keyword;
    }

    /// @return the value of the parameter
    public String keyword() {
        return keyword;
    }

    /// @param text value of the parameter; case is ignored
    /// @return the body type; empty if the value is unknown
    public static Optional<BodyType> of(String text) {
        String upper = AsciiCase.upper(text);
        for (BodyType type : values()) {
            if (type.keyword.equals(upper)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
