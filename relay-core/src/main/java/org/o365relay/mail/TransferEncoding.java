package org.o365relay.mail;

/// A Content-Transfer-Encoding (RFC 2045 §6.1).
public enum TransferEncoding {
    /// Lines of text that are not encoded: 7bit or 8bit.
    IDENTITY("8bit"),
    BINARY("binary"),
    BASE64("base64"),
    QUOTED_PRINTABLE("quoted-printable"),
    /// Any other encoding.
    UNKNOWN("");

    private final String token;

    TransferEncoding(String token) {
        this.token = token;
    }

    /// @return the name of the encoding in a field; empty if it is unknown
    public String token() {
        return token;
    }

    /// @return whether the content is encoded
    public boolean isEncoded() {
        return this != IDENTITY && this != BINARY;
    }

    /// Reads an unfolded field value, ignoring case, and tolerates comments, quotes, parameters, and common
    /// misspellings such as `base-64` and `8 bit`.
    public static TransferEncoding parse(String field) {
        return switch (ParameterizedValue.parse(field).main().replaceAll("[-_'.]", "")) {
            case "", "7bit", "8bit", "7bits", "8bits", "7", "8" -> IDENTITY;
            case "binary" -> BINARY;
            case "base64", "base" -> BASE64;
            case "quotedprintable", "quoted" -> QUOTED_PRINTABLE;
            default -> UNKNOWN;
        };
    }
}
