package org.o365relay.rewrite;

/// A header field as received or as created by the relay. Strings hold one octet per character (ISO-8859-1), so
/// that text in any charset is preserved.
///
/// @param name the field name as received
/// @param text the whole field: name, colon and folded value; every line ends with CRLF
record RawField(String name, String text) {

    static RawField of(String name, String value) {
        return new RawField(name, name + ": " + value + "\r\n");
    }

    boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /// @return the unfolded value (RFC 5322 §2.2.3) without surrounding white space
    String value() {
        return text.substring(text.indexOf(':') + 1).replace("\r\n", "").strip();
    }

    boolean isEmpty() {
        return value().isEmpty();
    }
}
