package org.o365relay.rewrite;

/// A header field as it was received. Strings hold one octet per character (ISO-8859-1), so that nothing is
/// lost whatever the charset.
///
/// @param name as written
/// @param text the whole field: name, colon, value with its folds; every line ends with CRLF
record RawField(String name, String text) {

    static RawField of(String name, String value) {
        return new RawField(name, name + ": " + value + "\r\n");
    }

    boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /// @return the value unfolded (RFC 5322 §2.2.3), without white space around it
    String value() {
        return text.substring(text.indexOf(':') + 1).replace("\r\n", "").strip();
    }

    boolean isEmpty() {
        return value().isEmpty();
    }
}
