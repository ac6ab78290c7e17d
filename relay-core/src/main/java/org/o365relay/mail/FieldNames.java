package org.o365relay.mail;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Properties of header fields by name.
public final class FieldNames {

    // RFC 5322 §3.6, and the fields of MIME. From has rules of its own
    private static final Set<String> SINGLE = Set.of(
            "date",
            "sender",
            "reply-to",
            "to",
            "cc",
            "bcc",
            "message-id",
            "in-reply-to",
            "references",
            "subject",
            "mime-version",
            "content-type",
            "content-transfer-encoding",
            "content-disposition",
            "content-id",
            "content-description");

    private static final Set<String> OTHER_FIRST = Set.of(
            "from",
            "received",
            "return-path",
            "delivered-to",
            "user-agent",
            "auto-submitted",
            "dkim-signature",
            "authentication-results");
    private static final List<String> FIRST_PREFIXES = List.of("x-", "list-", "resent-", "arc-");

    private FieldNames() {}

    /// @return whether a header may contain only one field of this name; false for `From`
    public static boolean isSingle(String name) {
        return SINGLE.contains(name.toLowerCase(Locale.ROOT));
    }

    /// Tests whether headers commonly begin with this field, so that what follows an empty line can be the
    /// header rather than text such as `Status: ok` or `Priority: high`.
    public static boolean mayBeFirst(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return SINGLE.contains(lower)
                || OTHER_FIRST.contains(lower)
                || FIRST_PREFIXES.stream().anyMatch(lower::startsWith);
    }
}
