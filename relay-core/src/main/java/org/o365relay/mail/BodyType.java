package org.o365relay.mail;

import java.util.Locale;
import java.util.Optional;

/// What a client says its message is made of: the `BODY` parameter of MAIL.
public enum BodyType {
    /// Lines of ASCII; also what a message counts as whose client said nothing.
    SEVEN_BIT("7BIT"),
    /// Lines of any octets (RFC 6152).
    EIGHT_BIT("8BITMIME"),
    /// Any octets (RFC 3030 §3).
    BINARY("BINARYMIME");

    private final String keyword;

    BodyType(String keyword) {
        this.keyword = keyword;
    }

    /// @return as it stands in the command
    public String keyword() {
        return keyword;
    }

    /// @param text in any case
    /// @return empty if it is none of them
    public static Optional<BodyType> of(String text) {
        String upper = text.toUpperCase(Locale.ROOT);
        for (BodyType type : values()) {
            if (type.keyword.equals(upper)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
